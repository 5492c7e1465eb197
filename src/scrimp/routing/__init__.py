"""Decisions: where a prompt goes, what a completion asserts, and whether it is kept; nothing here reaches outside."""
