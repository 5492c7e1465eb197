"""Observers of a run, which report at its end: the record, higher levels, drift, alerts."""
