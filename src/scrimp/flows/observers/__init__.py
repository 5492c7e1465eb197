"""What is kept of a run while it goes, to be told at its end."""
