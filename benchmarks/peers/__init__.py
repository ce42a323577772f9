"""What the query function is measured against, each as its own documentation would have it."""
