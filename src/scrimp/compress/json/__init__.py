"""JSON with fewer characters: read as lexemes, written without white space or as columns."""
