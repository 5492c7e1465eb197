"""What is asked of the ledger beside its sums: windows, lost calls, savings, single entries."""
