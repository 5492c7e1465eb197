"""What each level of compression would save, for a person: a table, or a sentence where there is nothing to tell."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import to_builtins

from scrimp.units import format_count, format_dollars, format_share, pluralize

if TYPE_CHECKING:
    from scrimp.billing.level_savings import LevelSaving, LevelSavings

HEADERS = ("compression", "input tokens", "less", "saves", "")
ALIGN = "lrrrl"
_MAY_LEAVE_OUT = ("focus", "dense")


def level_heading(savings: LevelSavings) -> str:
    """Return the heading of the table, or the sentence in its place."""
    rows = pluralize(savings.calls, "row")
    if savings.sampled < savings.calls:
        rows = f"{format_count(savings.sampled)} of {format_count(savings.calls)} rows, spread evenly"
    if not any(level.saved_input for level in savings.levels):
        return f"no level of compression makes these prompts shorter (from {rows})"
    models = savings.models
    at = models[0] if len(models) == 1 else f"the prices of {pluralize(len(models), 'model')}"
    return f"what each level of compression would save (from {rows}, at {at}):"


def cliff_lines(savings: LevelSavings | None) -> list[str]:
    """Return what bringing calls below sizes at which their models cost more would save by level: a line, or none."""
    if savings is None or not savings.cliffs:
        return []
    parts = [
        f"{each.level} brings {pluralize(each.calls, 'call')} below, for about {format_dollars(each.saved_usd)} less"
        for each in savings.cliffs
    ]
    sampled = "" if savings.sampled == savings.calls else f", of the {pluralize(savings.sampled, 'row')} looked at"
    caveat = " (completions may change)" if any(each.level in _MAY_LEAVE_OUT for each in savings.cliffs) else ""
    return [f"--on-cliff LEVEL: {', '.join(parts)}{sampled}{caveat}"]


def level_rows(savings: LevelSavings) -> list[tuple[str, ...]]:
    """Return the rows of the table; none if no level saves anything."""
    if not any(level.saved_input for level in savings.levels):
        return []
    rows, before = list[tuple[str, ...]](), None
    levels = savings.levels if savings.now.level else (*savings.levels, savings.now)
    for level in levels:
        rows.append(_row(level, before, savings))
        before = level
    return rows


def level_document(savings: LevelSavings) -> dict[str, object]:
    """Return the savings for programs."""
    return to_builtins(savings, builtin_types=(Decimal,))  # type: ignore[no-any-return]


def _row(level: LevelSaving, before: LevelSaving | None, savings: LevelSavings) -> tuple[str, ...]:
    if level.level is None:
        name = "as rules say (now)"
    else:
        name = f"{level.level} (now)" if level.level == savings.now.level else level.level
    off = savings.levels[0].input
    if level.level == "off":
        return (name, format_count(level.input), "", "", "")
    return (
        name, format_count(level.input), format_share(level.saved_input / off if off else 0.0),
        format_dollars(level.saved_usd), _remark(level, before),
    )  # fmt: skip


def _remark(level: LevelSaving, before: LevelSaving | None) -> str:
    """Return in words what the figures do not say."""
    if before is None or level.level is None:
        return ""
    why = f": {level.note}" if level.note else ""
    if not level.saved_input:
        return f"changes nothing{why}"
    if level.saved_input == before.saved_input:
        return f"no more than {before.level}{why if level.note != before.note else ''}"
    return "completions may change" if level.level in _MAY_LEAVE_OUT else ""
