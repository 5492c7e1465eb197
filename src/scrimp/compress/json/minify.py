"""Remove insignificant white space from JSON."""

from __future__ import annotations

from scrimp.compress.json.lexer import lex_records


def minify(text: str) -> str:
    """Return a JSON document, or each line of JSONL, without insignificant white space, at its ends too.

    Text that is not strictly JSON comes back unchanged.
    """
    return "\n".join(map("".join, lex_records(text))) or text
