"""Ray Data as an engine: it reads, answers and returns chunks of rows, on this machine or on a cluster."""
