"""What looks on while a run goes, and has its say at the end: the record, higher levels, drift, alerts."""
