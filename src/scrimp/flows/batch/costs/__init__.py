"""What a job is expected to cost: before it is sent, and by each way of sending it."""
