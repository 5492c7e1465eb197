"""Sums of the ledger by quarter of an hour, kept beside it so that questions about all of it need not read it."""
