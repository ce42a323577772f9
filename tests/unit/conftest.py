"""Property-based tests have no deadline: a test asserts no time."""

from hypothesis import settings

settings.register_profile("without a deadline", deadline=None)
settings.load_profile("without a deadline")
