"""The confidence signals, a module for each, and the registry of them."""
