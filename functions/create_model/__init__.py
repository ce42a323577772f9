"""Takes orders for models and launches their training."""
