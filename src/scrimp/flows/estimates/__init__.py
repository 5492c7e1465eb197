"""What a run would cost, before it spends anything."""
