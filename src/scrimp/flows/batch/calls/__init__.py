"""The calls of a job, one pass over its rows at a time: collected for batches, answered by them, or made live."""
