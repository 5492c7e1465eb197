"""What happens before a command: its streams and words are checked, and its module is imported, or its help shown."""
