"""What compression did, counted: tokens before and after for each kind of zone and each rule, or why there was nothing.

Counting costs more than compressing, so it is done here, when a receipt is asked for, and nowhere before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from msgspec import Struct

from scrimp.compress import Compressed, CompressOptions
from scrimp.compress.zones.zone import Zone


class ReceiptPart(Struct, frozen=True):
    """Tokens of the zones of one kind, or of what a rule changed; counted piece by piece, so sums may be a few off."""

    name: str
    before: int
    after: int


class Receipt(Struct, frozen=True, kw_only=True):
    """Tokens before and after, by zone and rule; `why` says what stood in the way where nothing was done."""

    level: str
    before: int
    after: int
    zones: tuple[ReceiptPart, ...]
    rules: tuple[ReceiptPart, ...]
    taken_back: tuple[tuple[str, str], ...] = ()
    note: str = ""
    why: str | None = None


def receipt(text: str, done: Compressed, aim: CompressOptions, count: Callable[[str], int]) -> Receipt:
    """Return what was done to a text; `count` gives the tokens of a piece."""
    size = cache(count)  # what one rule leaves is what the next one finds
    zones = done.zones or (Zone("instruction", "prose", text),)
    changed = [(change.rule, size(change.before), size(change.after)) for change in done.changes]
    kinds = [(_name(zone.kind, zone.form), size(zone.text), size(zone.text)) for zone in zones]
    kinds += [
        (_name(change.kind, change.form), 0, after - before)
        for change, (_, before, after) in zip(done.changes, changed, strict=True)
    ]
    return Receipt(
        level=aim.level, before=size(text), after=size(done.text), zones=_parts(kinds), rules=_parts(changed),
        taken_back=done.taken_back, note=done.note, why=None if done.text != text else _why(zones, done, aim),
    )  # fmt: skip


def _name(kind: str, form: str) -> str:
    return kind if form in {"prose", "fence"} else f"{kind} ({form})"


def _parts(counted: Iterable[tuple[str, int, int]]) -> tuple[ReceiptPart, ...]:
    sums: dict[str, tuple[int, int]] = {}
    for name, before, after in counted:
        whole = sums.get(name, (0, 0))
        sums[name] = whole[0] + before, whole[1] + after
    return tuple(ReceiptPart(name, *whole) for name, whole in sums.items())


def _why(zones: tuple[Zone, ...], done: Compressed, aim: CompressOptions) -> str:
    """Say in a few words why nothing was done."""
    if aim.level == "off":
        return "the level is off"
    if done.taken_back:
        return "what could be shorter would have lost something, and was taken back"
    if {zone.highest for zone in zones} == {"off"}:
        return "all of it is code or marked to be kept, which is never touched"
    if done.note:
        return done.note
    return f"level {aim.level} has no rule that makes {_listed(zones)} shorter"


def _listed(zones: tuple[Zone, ...]) -> str:
    return " and ".join(dict.fromkeys(_name(zone.kind, zone.form) for zone in zones))
