"""What one command does with its job: the passes over its rows, what they share, and how the command ends."""
