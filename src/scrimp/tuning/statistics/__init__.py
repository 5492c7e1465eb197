"""Statistics of recorded rows: exact bounds and tests, the risk of repeated looks, orders and confidence judged."""
