"""The job's other pipeline: a model from vectors that there are. No Spark here, and no training."""
