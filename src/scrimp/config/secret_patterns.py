"""The shapes of API keys and passwords, to find and redact those that turn up in any text."""

from __future__ import annotations

import re

# Patterns are compiled on first use: most runs never print an error.
_PATTERN = (
    r"\b(?:sk|pk|rk|gsk|xai|tm)-[\w-]{12,}|\b(?:hf|gh[pousr]|gsk|fw|tgp_v\d)_[\w-]{16,}|\bAIza[\w-]{20,}"
    r"|\bX-(?:Goog|Amz)-Signature=[\w%-]{16,}"  # signature of a presigned URL, which lets anyone fetch the file
    r"|(?<=[Bb]earer )[\w.~+/-]{12,}=*|(?<=://)[^/\s@:]*:[^/\s@]+(?=@)"
)
# Each shape has one of these: most texts have none, and to compile the pattern takes as long as to read a config file.
_MARKS = ("-", "hf_", "gh", "gsk_", "fw_", "tgp_v", "AIza", "earer ", "@")
_HEADER_WORDS = ("key", "token", "secret", "auth", "cookie", "password")
# Headers whose values are words for people, or those of a standard. Of any other the value may be a secret.
_PLAIN_HEADERS = frozenset((
    "x-title", "x-openrouter-title", "http-referer", "referer", "origin", "user-agent", "content-type", "accept",
    "accept-charset", "accept-encoding", "accept-language", "openai-beta", "anthropic-beta", "anthropic-version",
))  # fmt: skip
_SHORTEST = 8  # characters; shorter words of headers that need not be secret are ordinary ones
REDACTED = "[key]"


def contains_secret(text: str) -> bool:
    """Return whether any part of the text has the shape of an API key, or of a password in a URL."""
    return _may_contain_secret(text) and re.search(_PATTERN, text) is not None


def redact_secrets(text: str) -> str:
    """Return the text with everything that has the shape of a key or password replaced."""
    return re.sub(_PATTERN, REDACTED, text) if _may_contain_secret(text) else text


def _may_contain_secret(text: str) -> bool:
    return any(mark in text for mark in _MARKS)


def may_hold_secret(header: str) -> bool:
    """Return whether a header of this name may hold a secret."""
    return any(word in header.lower() for word in _HEADER_WORDS)


def secret_in_header(header: str, value: str) -> str | None:
    """Return the part of a header's value that is to be redacted in any text: its last word, unless that is ordinary.

    What is redacted is so in completions, too, which an ordinary word would damage, as the last one of a title.
    """
    if header.lower() in _PLAIN_HEADERS and not contains_secret(value):
        return None
    word = value.rpartition(" ")[2]
    return word if may_hold_secret(header) or len(word) >= _SHORTEST else None


def is_variable_name(text: str) -> bool:
    """Return whether the text can be the name of an environment variable."""
    return text.isascii() and text.isidentifier()
