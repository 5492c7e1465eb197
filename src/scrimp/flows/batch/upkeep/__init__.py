"""Maintenance of batches apart from their rows: flushing queues, cancelling jobs, comparing with providers."""
