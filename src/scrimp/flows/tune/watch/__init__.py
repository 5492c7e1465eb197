"""Whether what was certified still holds."""
