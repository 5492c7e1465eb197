"""Web pages as the text their reader sees."""
