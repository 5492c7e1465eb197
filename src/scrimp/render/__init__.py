"""Everything that is printed: rows on stdout; progress, messages and the bill on stderr."""
