"""The door to other people's servers: what a caller names by URL is reached through here, guarded, or not at all."""
