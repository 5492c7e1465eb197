"""Queries on the ledger other than its sums: windows, lost calls, savings, single entries."""
