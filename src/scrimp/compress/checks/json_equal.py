"""The check of every rule for JSON: both texts have the same lexemes."""

from __future__ import annotations

from scrimp.compress.json.lexer import lex_records
from scrimp.compress.json.table_format import has_table_keys
from scrimp.compress.json.table_reader import expand_tables


def json_equal(before: str, after: str) -> bool:
    """Return whether two texts have the same lexemes of JSON, except for white space and tables.

    If `before` has a key `_cols` or `_rows` of its own, no rule writes tables, so none are expanded. A text that is not
    JSON or JSONL equals only itself. Minified texts are compared, since lexemes of valid JSON need no white space.
    """
    if before == after:
        return True
    minified = "\n".join(map("".join, lex_records(before)))
    if minified == after or not minified:
        return bool(minified)
    return "\n".join(_records(after, expand_to=None if has_table_keys(before) else len(minified))) == minified


def _records(text: str, *, expand_to: int | None) -> list[str]:
    """Return the minified records of a text, with tables expanded to at most so many characters, or not."""
    records = lex_records(text)
    return list(map("".join, records)) if expand_to is None else [expand_tables(r, expand_to) for r in records]
