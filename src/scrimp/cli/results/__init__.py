"""What a run gives out: rows to stdout or to files, its end and its exit status."""
