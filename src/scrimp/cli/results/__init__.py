"""What a run gives out and leaves: rows, files, requests that are only shown, its end and its record."""
