"""Pins names to models, and lets them go."""
