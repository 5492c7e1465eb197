"""Rows of plain values as lines of CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO

from scrimp.render.decimal_json import decimal_number, encode_json


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield a line for each row; what is unknown is empty, dollars are exact, lists and objects are JSON."""
    line = StringIO()
    # csv quotes the characters of its line end, and readers end a line at a lone \r too: so name both.
    writer = csv.writer(line, lineterminator="\r\n")
    for row in rows:
        writer.writerow(map(_cell, row))
        yield line.getvalue().removesuffix("\r\n") + "\n"
        line.seek(0)
        line.truncate()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return bytes(decimal_number(value)).decode()
    if isinstance(value, bool):
        return str(value).lower()
    return encode_json(value).decode() if isinstance(value, dict | list) else str(value)
