"""A stretch of a prompt that is all of one kind, and so may be compressed by the same rules."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

# instruction: what is asked, and how; context: documents and passages to answer from; tool: the output of a command;
# data: records for a program; code: never touched.
Kind = Literal["instruction", "context", "tool", "data", "code"]
# What a zone is written in, where that matters to a rule.
Form = Literal["prose", "json", "jsonl", "csv", "log", "html", "diff", "command", "fence", "markup"]


class Zone(Struct, frozen=True):
    """Zones follow each other without a gap: their texts joined are the text they were cut from."""

    kind: Kind
    form: Form
    text: str
