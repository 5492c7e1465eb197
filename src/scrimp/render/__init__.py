"""The door to the reader: rows on stdout, progress and the bill on stderr. Nothing else prints."""
