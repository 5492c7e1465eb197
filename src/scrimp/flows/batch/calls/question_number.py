"""The number of a call within its row, the same in every pass, process and version."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep

_SIXTY_THREE_BITS = (1 << 63) - 1


def question_number(question: CallStep) -> int:
    """Return the number of a question."""
    about = question.parameters is not None
    if not question.text and not question.reply and not question.predicate:
        return _number_of_prompt(question.index, about=about, raised=question.raised)
    return _number(
        question.index, question.text or "", question.reply or "", question.predicate or "", about=about,
        raised=question.raised,
    )  # fmt: skip


@cache  # of the prompt itself, a step's question is the same for all rows
def _number_of_prompt(index: int, *, about: bool, raised: bool) -> int:
    return _number(index, "", "", "", about=about, raised=raised)


def _number(index: int, text: str, reply: str, predicate: str, *, about: bool, raised: bool) -> int:
    parts = [str(index), text, reply, predicate, str(about)]
    parts += ["raised"] if raised else []
    digest = hashlib.blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) & _SIXTY_THREE_BITS
