"""The program `ophicleide`, also a plugin of kn: it speaks to the functions over HTTP and knows nothing of their insides.

Heavy imports (httpx, pydantic, rich) stand inside functions, so that `--help` and completion answer at once.
"""
