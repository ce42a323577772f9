"""Going out, to work: how training jobs are started and ended."""
