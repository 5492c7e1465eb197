"""Batches: jobs, their shards, and the calls in them, with the replies that were fetched."""
