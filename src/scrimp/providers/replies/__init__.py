"""What comes back from a provider: completions in pieces, errors, finish words, usage, limits."""
