"""The whole product on one machine: an embedded store, every function as its own process, one address for all.

For laptops and tests. Nothing here decides what a model or a query is, and no function knows that it exists.
"""
