"""What calls cost while a run goes on: entries for the ledger, budgets and caps, and what it would cost otherwise."""
