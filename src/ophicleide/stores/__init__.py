"""Going out, to rest: where models, vectors and queries are kept."""
