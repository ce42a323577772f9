"""Programs that measure the product beside its peers and print what was measured on what; see README.md."""
