"""Reconciling the ledger with what providers say was used; lost calls are closed with what they cost."""
