"""Many rows in flight: reading ahead, joining equal rows, committing, printing in order, stopping."""
