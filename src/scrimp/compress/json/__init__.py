"""JSON with fewer characters: split into lexemes, and written without white space or as tables."""
