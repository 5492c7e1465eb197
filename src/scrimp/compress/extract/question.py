"""What a prompt asks about the documents it brings: the words that sentences are chosen by."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrimp.compress.zones.zone import Zone

_ASKING = re.compile(r"[^\n.!?\u3002\uff01\uff1f\u061f]*[?\uff1f\u061f]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_LONGEST = 600  # characters; a longer paragraph asks for more than a few words can find
_MOST = 3  # questions


def question_of(zones: Sequence[Zone]) -> str:
    """Return the last questions of the instructions, or else their last short paragraph, or nothing.

    Instructions after the documents come first: an example before them may ask something else.
    """
    last = max((at for at, zone in enumerate(zones) if zone.kind == "context"), default=-1)
    for part in (zones[last + 1 :], zones[: last + 1]):
        told = [_TAG.sub("\n\n", zone.text) for zone in part if (zone.kind, zone.form) == ("instruction", "prose")]
        asked = [question.strip() for text in told for question in _ASKING.findall(text)]
        if asked:
            return "\n".join(asked[-_MOST:])
        paragraphs = [piece.strip() for text in told for piece in _PARAGRAPH.split(text)]
        short = [piece for piece in paragraphs if 0 < len(piece) <= _LONGEST and any(map(str.isalnum, piece))]
        if short:
            return short[-1]
    return ""
