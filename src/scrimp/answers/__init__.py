"""What a completion says: labels, numbers, JSON, and the canonical form in which equal answers are equal.

A completion asserts an answer where it boils down to one; its canonical text is that answer written the one way that
makes equal answers equal texts. A label is one of the choices allowed for a prompt.
"""
