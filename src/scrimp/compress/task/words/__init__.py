"""Word groups of each language that say what a task is about."""
