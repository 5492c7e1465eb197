"""What a completion says: labels, numbers, JSON, and the canonical form in which equal answers are equal."""
