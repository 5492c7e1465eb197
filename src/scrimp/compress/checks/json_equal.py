"""The gate of every rule for JSON: is what is left written in the lexemes that were there?"""

from __future__ import annotations

from scrimp.compress.json.lexer import lex_records
from scrimp.compress.json.table_format import has_table_keys
from scrimp.compress.json.table_reader import expand_tables


def json_equal(before: str, after: str) -> bool:
    """Say whether two texts are the same JSON, lexeme by lexeme, white space and tables of `columns` aside.

    Where `before` has a key `_cols` or `_rows` of its own no rule writes tables, so none are read. A text that is not
    JSON or JSONL is equal to itself alone. Texts are compared: the lexemes of valid JSON can be told apart without
    white space, so minified texts that are equal have equal lexemes.
    """
    if before == after:
        return True
    minified = "\n".join(map("".join, lex_records(before)))
    if minified == after or not minified:
        return bool(minified)
    return "\n".join(_whole(after, most=None if has_table_keys(before) else len(minified))) == minified


def _whole(text: str, *, most: int | None) -> list[str]:
    """Return the minified records of a text, without its tables where they may be read."""
    found = lex_records(text)
    return list(map("".join, found)) if most is None else [expand_tables(lexemes, most) for lexemes in found]
