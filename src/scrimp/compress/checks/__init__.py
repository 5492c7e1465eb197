"""What every rule is held to: facts, words, code, pages and JSON compared by code that the rules do not use."""
