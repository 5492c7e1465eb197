"""What calls cost while a run goes on: entries for the ledger, budgets, and what it would cost otherwise."""
