"""`scrimp run`."""
