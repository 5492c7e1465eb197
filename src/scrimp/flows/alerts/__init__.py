"""Alerts: which rules of the config the ledger breaks, what is news, and who is told."""
