"""Write JSON objects that have the same keys as columns and rows, under a line that says how to read them.

    [below, "_cols" names the values of each list in "_rows"]
    {"_cols":["id","name"],"_rows":[[1,"ada"],[2,"bob"],[3,"cleo"]]}

A shorter row lacks the last keys. Lines of JSON become one such object, whose rows are called `_lines`.
"""

from __future__ import annotations

from collections.abc import Sequence

from scrimp.compress.json.lexer import Container, find_containers, lex_records

COLS, ROWS, LINES = '"_cols"', '"_rows"', '"_lines"'
LEGEND = '[below, "_cols" names the values of each list in "_rows"]\n'
LINES_LEGEND = LEGEND.replace(ROWS, LINES)
MIN_ROWS, _MOST_OBJECTS = 3, 50_000
_FRAME = len('{"_cols":[],"_rows":}')


def write_columns(text: str) -> str:
    """Return JSON with each array of three objects or more that begin with the same keys as columns, if shorter.

    Lexemes do not change. A text that is not JSON or JSONL, has such keys of its own, or more objects than any model
    reads, comes back unchanged.
    """
    if not MIN_ROWS <= text.count("{") <= _MOST_OBJECTS or COLS in text:
        return text
    records = lex_records(text)
    is_jsonl = len(records) > 1
    lexemes = [lexeme for record in records for lexeme in ((*record, ",") if is_jsonl else record)]
    if is_jsonl:  # as the array that the lines would be
        lexemes = ["[", *lexemes[:-1], "]"]
    containers = find_containers(lexemes)
    written = lexemes.copy()
    for first in containers:
        _write_array(written, lexemes, containers, first, LINES if is_jsonl and not first else ROWS)
    if written == lexemes:
        return text
    if is_jsonl and written[0] == "[":  # not all lines are alike
        for record in containers[0].items:
            written[record - 1] = "\n"
        written[0] = written[-1] = ""
    legend = LINES_LEGEND if is_jsonl and written[0] else LEGEND
    shorter = legend + "".join(written)
    return shorter if len(shorter) < len(text) else text


def _write_array(
    written: list[str], lexemes: Sequence[str], containers: dict[int, Container], first: int, rows: str
) -> None:
    array = containers[first]
    objects = [containers[item] for item in array.items if lexemes[item] == "{"]
    if len(objects) < max(MIN_ROWS, len(array.items)):
        return
    keys = [[lexemes[key] for key in each.keys] for each in objects]
    columns = max(keys, key=len)
    names = ",".join(columns)
    saved = sum(len(key) + 1 for row in keys for key in row) - len(names) - _FRAME
    if saved <= 0 or any(row != columns[: len(row)] for row in keys):
        return
    for item, each in zip(array.items, objects, strict=True):
        written[item], written[each.last] = "[", "]"
        for key in each.keys:
            written[key] = written[key + 1] = ""
    written[first] = f"{{{COLS}:[{names}],{rows}:["
    written[array.last] = "]}"
