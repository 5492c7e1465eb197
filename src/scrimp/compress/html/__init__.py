"""HTML pages converted to their visible text."""
