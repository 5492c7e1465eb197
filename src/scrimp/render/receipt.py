"""The receipt of a compressed text: a few lines for a person, a document for a program."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.render.tables import format_table
from scrimp.units import format_count, format_dollars, format_share

if TYPE_CHECKING:
    from scrimp.render.token_receipt import Receipt, ReceiptPart


def receipt_lines(
    receipt: Receipt, dollars: Sequence[Decimal] | None, model: str, width: int, *, estimated: bool
) -> list[str]:
    """Return the lines; `dollars` are for the text before and after, at the price of the model."""
    about = "about " if estimated else ""
    tokens = f"{about}{format_count(receipt.before)} tokens, now {format_count(receipt.after)}"
    lines = [f"{tokens}{_reduction(receipt)} at {receipt.level}"]
    if dollars is not None and receipt.before != receipt.after:
        lines.append(f"{format_dollars(dollars[0])} to read at {model}, now {format_dollars(dollars[1])}")
    lines += _table("zone", receipt.zones, width) if receipt.why is None else []
    lines += _table("rule", receipt.rules, width)
    if not receipt.before:
        lines = ["the text is empty"]
    elif receipt.why:
        lines.append(f"nothing was changed: {receipt.why}")
    elif receipt.note:
        lines.append(f"less was changed: {receipt.note}")
    lines += [f"taken back: {rule} ({why})" for rule, why in receipt.taken_back]
    return lines


def _reduction(receipt: Receipt) -> str:
    less = receipt.before - receipt.after
    return f" ({format_share(less / receipt.before)} less)" if less > 0 else ""


def _table(name: str, parts: Sequence[ReceiptPart], width: int) -> list[str]:
    rows = [
        (part.name, format_count(part.before), format_count(part.after))
        for part in parts
        if name == "zone" or part.before != part.after
    ]
    return [f"  {line}" for line in format_table((name, "before", "after"), rows, "lrr", width - 2)] if rows else []


def receipt_document(
    receipt: Receipt, dollars: Sequence[Decimal] | None, model: str, *, keep: float | None, estimated: bool
) -> dict[str, object]:
    """Return the receipt for a program; fields are only ever added. Dollars are null where no price is known."""
    return {
        "level": receipt.level,
        "before": receipt.before,
        "after": receipt.after,
        "rules": [part.name for part in receipt.rules],
        "taken_back": [{"rule": rule, "why": why} for rule, why in receipt.taken_back],
        "by_rule": [_part("rule", part) for part in receipt.rules],
        "by_zone": [_part("zone", part) for part in receipt.zones],
        "keep": keep,
        "why": receipt.why or receipt.note or None,
        "model": model,
        "cost_before_usd": None if dollars is None else dollars[0],
        "cost_after_usd": None if dollars is None else dollars[1],
        "estimated": estimated,
    }


def _part(name: str, part: ReceiptPart) -> dict[str, object]:
    return {name: part.name, "before": part.before, "after": part.after}
