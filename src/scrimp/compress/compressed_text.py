"""The result of compression: the shorter text, what changed it, and what was taken back."""

from __future__ import annotations

from msgspec import Struct

from scrimp.compress.zones.zone import Zone, ZoneForm, ZoneKind


class AppliedRule(Struct, frozen=True):
    """One change: the text of a zone before and after a rule."""

    kind: ZoneKind
    form: ZoneForm
    rule: str
    before: str
    after: str


class CompressedText(Struct, frozen=True):
    """A compressed text, its changes in the order made, and the rules that were taken back, each with the reason.

    `zones` are those of the original text; `note` says why the requested level could not be reached.
    """

    text: str
    changes: tuple[AppliedRule, ...] = ()
    taken_back: tuple[tuple[str, str], ...] = ()
    note: str = ""
    zones: tuple[Zone, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules that changed the text, in the order they were applied."""
        return tuple(dict.fromkeys(change.rule for change in self.changes))
