"""A stretch of a prompt that is all of one kind, and so may be compressed by the same rules."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

# instruction: what is asked, and how; context: documents and passages to answer from; tool: the output of a command;
# data: records for a program; code: never touched.
Kind = Literal["instruction", "context", "tool", "data", "code"]
# What a zone is written in, where that matters to a rule.
Form = Literal["prose", "json", "jsonl", "csv", "log", "html", "diff", "command", "fence", "markup"]
# How far each kind may be changed: of instructions no sentence is left out, of code nothing at all.
_HIGHEST: dict[Kind, str] = {
    "instruction": "tidy", "context": "terse", "tool": "tidy", "data": "tidy", "code": "off",
}  # fmt: skip


class Zone(Struct, frozen=True):
    """Zones follow each other without a gap: their texts joined are the text they were cut from."""

    kind: Kind
    form: Form
    text: str

    @property
    def highest(self) -> str:
        """The highest level that is applied to it; marks, such as tags that keep, stay as they are."""
        return "off" if self.form == "markup" else _HIGHEST[self.kind]


class AppliedRule(Struct, frozen=True):
    """What a rule made of a zone."""

    kind: Kind
    form: Form
    rule: str
    before: str
    after: str
