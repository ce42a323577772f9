"""The training job: fetch, tokenise, count, train, check, publish; a module each, put together in job.py."""
