"""The sentences of a document that bear on a question."""
