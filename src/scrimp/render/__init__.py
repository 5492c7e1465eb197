"""The door to the reader: rows on stdout, progress, messages and the bill on stderr. Nothing else prints."""
