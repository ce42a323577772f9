"""Function folders: one folder, one image, one Knative Service."""
