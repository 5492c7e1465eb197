"""JSON without the white space that means nothing."""

from __future__ import annotations

from scrimp.compress.json.lexer import lex_records


def minify(text: str) -> str:
    """Return a JSON document, or each line of JSONL, without insignificant white space, before and after it too.

    Anything that is not strictly JSON comes back unchanged.
    """
    return "\n".join(map("".join, lex_records(text))) or text
