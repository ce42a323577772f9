"""Word vectors from text you own: the domain of Ophicleide.

The modules at this level are the domain: values and rules, no I/O, no clock, no environment.
Each sub-folder is one door to the outside.
"""

__version__ = "0.1.0"
