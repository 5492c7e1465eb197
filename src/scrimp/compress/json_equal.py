"""The gate of every rule for JSON: is what is left written in the lexemes that were there?"""

from __future__ import annotations

from scrimp.compress.json_columns import expansion, names_columns
from scrimp.compress.json_lexical import records


def equal(before: str, after: str) -> bool:
    """Say whether two texts are the same JSON, lexeme by lexeme, white space and tables of `columns` aside.

    Where `before` has a key `_cols` or `_rows` of its own no rule writes tables, so none are read. A text that is not
    JSON or JSONL is equal to itself alone.
    """
    if before == after:
        return True
    old, new = records(before), records(after)
    if not old or len(old) != len(new):
        return False
    if names_columns(before):
        return old == new
    return all(map(_stands_for, old, new))


def _stands_for(given: list[str], kept: list[str]) -> bool:
    """Compare texts: lexemes of valid JSON can be told apart without white space, so equal texts have equal lexemes."""
    text = "".join(given)
    return given == kept or expansion(kept, most=len(text)) == text
