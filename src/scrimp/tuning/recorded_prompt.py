"""A recording as it is read: prompts with what several models once returned for them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.values import Usage


class RecordedReply(Struct, frozen=True, kw_only=True, gc=False):
    """What a model once returned for a prompt, and how right it was; None if that was not recorded."""

    output: str | None = None
    answer: str | None = None  # what the recording takes for the completion's answer
    score: float | None = None  # 0 (wrong) to 1 (right)
    usage: Usage | None = None
    cost: Decimal | None = None  # dollars


class RecordedPrompt(Struct, frozen=True, kw_only=True, gc=False):
    """A prompt with the replies of several models."""

    id: str
    text: str
    replies: Mapping[str, RecordedReply]
    task: str | None = None
    gold: str | None = None  # the right answer
