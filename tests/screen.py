"""What a terminal shows of what it received: the few sequences that move the cursor and erase, obeyed one by one."""

from __future__ import annotations

import re

_PIECE = re.compile(r"\x1b\[(?P<number>[0-9;?]*)(?P<letter>[A-Za-z])|\r|\n|[^\x1b\r\n]+")


def shown(received: str) -> list[str]:
    """Return the lines of a screen that is as wide and high as it needs to be; no other sequence is allowed."""
    lines, row, column = [""], 0, 0
    for piece in _PIECE.finditer(received):
        text, letter = piece[0], piece["letter"]
        if text == "\r":
            column = 0
        elif text == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif letter is None:
            lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
            column += len(text)
        elif letter == "K":
            lines[row] = "" if piece["number"] == "2" else lines[row][:column]
        elif letter == "A":
            row = max(0, row - int(piece["number"] or 1))
        else:
            assert letter in "mhl", repr(text)  # styles, and whether the cursor is seen
    return [line.rstrip() for line in lines]
