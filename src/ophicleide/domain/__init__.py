"""What Ophicleide is about: values, rules and ports; no I/O, no clock, no environment."""
