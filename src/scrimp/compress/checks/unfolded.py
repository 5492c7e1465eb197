"""Write folded text as it was, to check the rules that say once what repeats.

It shares the notation with the rules, and nothing of how they find what repeats.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from scrimp.compress.output.log_folding import GAP, LEGEND, NEXT
from scrimp.compress.output.matches import HEADER, MEMBER
from scrimp.compress.output.repeated_passages import BLANK_LINES, NOTE, first_words, possible_bodies

_FORM = re.compile(r"#([1-9]\d*) \(([1-9]\d*) lines\) = (.*)", re.DOTALL)
_ROW = re.compile(r"#([1-9]\d*)(?: (.*))?", re.DOTALL)


def unfold_log(text: str) -> str | None:
    """Write each line of a folded log again, or return None where the rows do not fit their forms and counts."""
    first, *lines = text.split("\n")
    forms: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for line in lines:
        form = _FORM.fullmatch(line)
        if form is None:
            break
        forms[form[1]], counts[form[1]] = form[3].split(GAP), int(form[2])
    written = list(_unfolded(lines[len(forms) :], forms, counts))
    return "\n".join(written) if first == LEGEND and not any(counts.values()) else None


def _unfolded(lines: Sequence[str], forms: dict[str, list[str]], counts: Counter[str]) -> Iterator[str]:
    for line in lines:
        row = _ROW.fullmatch(line)
        if row is None or row[1] not in forms:
            yield line
            continue
        parts = forms[row[1]]
        for values in (row[2] or "").split(NEXT):
            counts[row[1]] -= 1
            filled = values.split(" ") if values else []
            if len(filled) != len(parts) - 1:
                return
            yield parts[0] + "".join(value + part for value, part in zip(filled, parts[1:], strict=True))


def unfold_matches(text: str) -> str:
    """Write the path above matches before each of them again."""
    lines = text.split("\n")
    unfolded: list[str] = []
    path = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if path and MEMBER.match(line):
            unfolded.append(path + line)
            continue
        path = line if HEADER.fullmatch(line) and MEMBER.match(following) else ""
        if not path:
            unfolded.append(line)
    return "\n".join(unfolded)


def unfold_passages(texts: Sequence[str]) -> list[str]:
    """Write each passage again that a note stands for: the first that begins as the note says."""
    if not any(map(NOTE.search, texts)):
        return list(texts)
    named: dict[str, str] = {}
    return ["".join(_unfolded_passage(piece, named) for piece in BLANK_LINES.split(text)) for text in texts]


def _unfolded_passage(piece: str, named: dict[str, str]) -> str:
    note = NOTE.search(piece)
    if note is not None and note[1] in named:
        return piece[: note.start()] + named[note[1]] + piece[note.end() :]
    for body in possible_bodies(piece.rstrip()):
        named.setdefault(first_words(body), body)
    return piece
