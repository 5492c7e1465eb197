"""What one command does with its job: its passes over the rows, what they have in common, and how it leaves."""
