"""The one way in which the runner says that it cannot start."""


class CannotStart(Exception):
    """A sentence for the person at the terminal that says what is in the way and what to do."""
