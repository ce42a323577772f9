"""Word vectors from text you own.

`domain` is what it is about; each other folder is one door to the outside.
"""

__version__ = "0.1.0"
