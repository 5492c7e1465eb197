"""The options several commands share, each declared once with its help; `run_flags` puts them in groups."""
