"""Rules for words, white space and Markdown."""
