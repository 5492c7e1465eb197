"""What was paid, as tables, documents, bars and a page."""
