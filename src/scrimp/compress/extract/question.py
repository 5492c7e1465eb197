"""Find the question that a prompt asks about its documents, which sentences are selected for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrimp.compress.zones.zone import Zone

_QUESTION = re.compile(r"[^\n.!?\u3002\uff01\uff1f\u061f]*[?\uff1f\u061f]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_MAX_PARAGRAPH = 600  # characters; a longer paragraph is not one question
_MAX_QUESTIONS = 3


def find_question(zones: Sequence[Zone]) -> str:
    """Return the last questions of the instructions, or else their last short paragraph, or "".

    Instructions after the documents are searched first: an example before them may ask something else.
    """
    last = max((at for at, zone in enumerate(zones) if zone.kind == "context"), default=-1)
    for part in (zones[last + 1 :], zones[: last + 1]):
        instructions = [
            _TAG.sub("\n\n", zone.text) for zone in part if (zone.kind, zone.form) == ("instruction", "prose")
        ]
        questions = [question.strip() for text in instructions for question in _QUESTION.findall(text)]
        if questions:
            return "\n".join(questions[-_MAX_QUESTIONS:])
        paragraphs = [piece.strip() for text in instructions for piece in _PARAGRAPH.split(text)]
        short = [piece for piece in paragraphs if 0 < len(piece) <= _MAX_PARAGRAPH and any(map(str.isalnum, piece))]
        if short:
            return short[-1]
    return ""
