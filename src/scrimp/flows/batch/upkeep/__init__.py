"""Looking after batches without their rows: queues are sent, jobs cancelled, providers asked what they have."""
