"""The cost of a run in progress: entries for the ledger, budgets, and comparison with other ways to call."""
