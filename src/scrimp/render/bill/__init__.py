"""The bill for a person and for a program."""
