"""The inverse of the rule that writes tables, for tests alone: the rule's check compares without writing."""

from __future__ import annotations

from scrimp.compress.json.lexer import lex_records
from scrimp.compress.json.table_reader import expand_tables


def expanded(text: str) -> str:
    """Write each table as the objects it stands for; text that is not JSON or JSONL, or has no table, is unchanged."""
    found = lex_records(text)
    written = [expand_tables(lexemes) for lexemes in found]
    return "\n".join(written) if written != list(map("".join, found)) else text
