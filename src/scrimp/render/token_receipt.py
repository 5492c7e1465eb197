"""What compression did, in tokens: before and after for each kind of zone and each rule, or why nothing changed.

Counting tokens costs more than compressing, so it is done only here, when a receipt is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from msgspec import Struct

from scrimp.compress.compressed_text import CompressedText
from scrimp.compress.keep_tags import without_keep_tags
from scrimp.compress.zones.zone import Zone


class ReceiptPart(Struct, frozen=True):
    """Tokens of the zones of one kind, or of what a rule changed; counted piece by piece, so sums may be a few off."""

    name: str
    before: int
    after: int


class Receipt(Struct, frozen=True, kw_only=True):
    """Tokens before and after, by zone and rule; `why` is the reason where nothing changed."""

    level: str
    before: int
    after: int
    zones: tuple[ReceiptPart, ...]
    rules: tuple[ReceiptPart, ...]
    taken_back: tuple[tuple[str, str], ...] = ()
    note: str = ""
    why: str | None = None


def receipt(text: str, compressed: CompressedText, level: str, count: Callable[[str], int]) -> Receipt:
    """Return the receipt of a compressed text; `count` returns the tokens of a piece, in which keep tags are none."""
    # The text one rule leaves is the text the next one is given.
    tokens = cache(lambda piece: count(without_keep_tags(piece)))
    zones = compressed.zones or (Zone("instruction", "prose", text),)
    by_rule = [(change.rule, tokens(change.before), tokens(change.after)) for change in compressed.changes]
    by_zone = [(_name(zone.kind, zone.form), tokens(zone.text), tokens(zone.text)) for zone in zones]
    by_zone += [
        (_name(change.kind, change.form), 0, after - before)
        for change, (_, before, after) in zip(compressed.changes, by_rule, strict=True)
    ]
    return Receipt(
        level=level, before=tokens(text), after=tokens(compressed.text), zones=_summed(by_zone), rules=_summed(by_rule),
        taken_back=compressed.taken_back, note=compressed.note,
        why=None if compressed.text != text else _why_unchanged(zones, compressed, level),
    )  # fmt: skip


def _name(kind: str, form: str) -> str:
    return kind if form in {"prose", "fence"} else f"{kind} ({form})"


def _summed(counted: Iterable[tuple[str, int, int]]) -> tuple[ReceiptPart, ...]:
    sums: dict[str, tuple[int, int]] = {}
    for name, before, after in counted:
        total = sums.get(name, (0, 0))
        sums[name] = total[0] + before, total[1] + after
    return tuple(ReceiptPart(name, *total) for name, total in sums.items())


def _why_unchanged(zones: tuple[Zone, ...], compressed: CompressedText, level: str) -> str:
    if level == "off":
        return "the level is off"
    if compressed.taken_back:
        return "every shorter form would have lost something and was taken back"
    if compressed.note:
        return compressed.note
    if {zone.highest_level for zone in zones} == {"off"}:
        return "all of it is instructions, code or marked to be kept, which no level changes"
    names = " and ".join(dict.fromkeys(_name(zone.kind, zone.form) for zone in zones))
    return f"level {level} has no rule that makes {names} shorter"
