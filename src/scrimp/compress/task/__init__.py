"""What the instructions of a prompt ask for: whether data may lose its form, and documents sentences."""
