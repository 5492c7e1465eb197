"""The inverse of the rule that writes tables, for tests alone: the rule's check compares without writing."""

from __future__ import annotations

from scrimp.compress.json.expand import expansion
from scrimp.compress.json.lexer import records


def expanded(text: str) -> str:
    """Write each table as the objects it stands for; text that is not JSON or JSONL, or has no table, is unchanged."""
    found = records(text)
    written = [expansion(lexemes) for lexemes in found]
    return "\n".join(written) if written != list(map("".join, found)) else text
