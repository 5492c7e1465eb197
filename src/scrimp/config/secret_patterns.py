"""What a key looks like, for those that turn up where we did not put them."""

from __future__ import annotations

import re

# Patterns are compiled when one is first needed: most runs never print an error.
_KEY = (
    r"\b(?:sk|pk|rk|gsk|xai|tm)-[\w-]{12,}|\b(?:hf|gh[pousr]|gsk)_\w{16,}|\bAIza[\w-]{20,}"
    r"|(?<=[Bb]earer )[\w.~+/-]{12,}=*|(?<=://)[^/\s@:]*:[^/\s@]+(?=@)"
)
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
REDACTED = "[key]"


def contains_secret(text: str) -> bool:
    """Say whether something in the text is shaped like a provider's key, or a password in a URL."""
    return re.search(_KEY, text) is not None


def redact_secrets(text: str) -> str:
    """Return the text with whatever is shaped like a key taken out."""
    return re.sub(_KEY, REDACTED, text)


def is_variable_name(text: str) -> bool:
    """Say whether the text can be the name of an environment variable."""
    return re.fullmatch(_VARIABLE, text) is not None
