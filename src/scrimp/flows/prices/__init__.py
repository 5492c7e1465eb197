"""Prices of models in use: whether they are known, fresh and about to change, and lists of new ones."""
