"""What a command reads from: named on the command line, opened, made UTF-8, and metered."""
