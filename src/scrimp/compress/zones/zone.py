"""A part of a prompt that is all of one kind, and so may be compressed by the same rules."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

# instruction: the task; context: documents and passages to answer from; tool: command output; data: records for a
# program; code: never changed.
ZoneKind = Literal["instruction", "context", "tool", "data", "code"]
# The format of a zone, where that matters to a rule.
ZoneForm = Literal["prose", "json", "jsonl", "csv", "log", "html", "diff", "command", "fence", "markup"]
JSON_FORMS = frozenset(("json", "jsonl"))


class Zone(Struct, frozen=True):
    """Zones follow each other without a gap: their texts joined are the original text."""

    kind: ZoneKind
    form: ZoneForm
    text: str

    @property
    def highest_level(self) -> str:
        """The highest level that is applied to it; instructions, code and markup, as tags that keep text, stay."""
        return "off" if self.form == "markup" or self.kind in ("instruction", "code") else "dense"
