"""The words that calls are grouped by, and the name of the group that a sum belongs to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from scrimp.errors import UsageError
from scrimp.store.cost_sums.measures import KEYS, SECONDS

PERIODS = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
FLAGSHIP, OTHERS, NONE, ALL = "flagship", "others", "-", "all"
_OF_ARMS = ("model", "arm", "provider", "flagship")
_RENAMED = {"signature": "task"}  # the task again, by the name its value has in rows and in the ledger
WORDS = (
    *_OF_ARMS, "tier", "chain", "route", "user", "task", "signature", "run", *PERIODS, "status",
)  # fmt: skip
GROUP_WORDS = f"{', '.join(WORDS)} or tag:NAME"

Name = tuple[str, str | None]  # of a group, and of the model that answered in place of the one it names


class Group(Struct, frozen=True):
    """A word to group by: the dimension of the sums, the columns that tell its groups apart, and their names."""

    dimension: str
    columns: tuple[str, ...]
    name: Callable[..., Name]  # by the values of these columns
    tag: str | None = None  # only the sums of this tag; the rest is a group of its own
    is_value: bool = False  # the name is the value of its one column, so that each sum is a group


def group_of(by: str, zone: tzinfo | None = UTC, flagships: Collection[str] = ()) -> Group:
    """Return the grouping of a word; times are in a zone, None for the machine's. Raises UsageError."""
    if by in PERIODS:
        return Group("status", ("quarter",), lambda quarter: (period_of(by, quarter, zone), None))
    if by in _OF_ARMS:
        return Group("arm", KEYS, _arm_names(flagships)[by])
    if by == ALL:
        return Group("status", (), lambda: (ALL, None))
    if by in WORDS:
        dimension = _RENAMED.get(by, by)
        return Group(dimension, KEYS[:1], lambda value: (value, None), is_value=True)
    kind, _, tag = by.partition(":")
    if kind == "tag" and tag:
        return Group("tag", ("b",), lambda value: (value, None), tag, is_value=True)
    raise UsageError(f"cannot group by '{by}': use {GROUP_WORDS}")


def _arm_names(flagships: Collection[str]) -> Mapping[str, Callable[[str, str, str, str], Name]]:
    def arm(provider: str, model: str, effort: str) -> str:
        return f"{provider}/{model}@{effort}" if effort else f"{provider}/{model}"

    def is_flagship(provider: str, model: str, effort: str) -> bool:
        return f"{provider}/{model}" in flagships or arm(provider, model, effort) in flagships

    return {
        "model": lambda provider, model, _, answered_by: (f"{provider}/{model}", answered_by or None),
        "arm": lambda provider, model, effort, answered_by: (arm(provider, model, effort), answered_by or None),
        "provider": lambda provider, *_: (provider, None),
        "flagship": lambda *parts: (FLAGSHIP if is_flagship(*parts[:3]) else OTHERS, None),
    }


_HALF_A_DAY = 12 * 3600 // SECONDS


def periods_between(period: str, first: float, last: float, zone: tzinfo | None) -> list[str]:
    """Return every hour, day, week or month between two moments, in their order."""
    begin, end = int(first) // SECONDS, int(last) // SECONDS
    # No day is shorter than half of one, wherever clocks are changed. A clock that was wrong began decades ago.
    step = 1 if period == "hour" else _HALF_A_DAY
    quarters = (*range(begin, end, step), end)
    return list(dict.fromkeys(period_of(period, quarter, zone) for quarter in quarters))


def period_of(period: str, quarter: int, zone: tzinfo | None) -> str:
    """Return the hour, day, ISO week or month in which a quarter of an hour lies; None is the machine's zone."""
    moment = datetime.fromtimestamp(quarter * SECONDS, zone or UTC)
    if zone is None:
        moment = moment.astimezone()
    # Where clocks are set back an hour comes twice: what tells the two apart is their distance from UTC.
    offset = f"{moment:%z}" if period == "hour" and zone is not UTC else ""
    return f"{moment:{PERIODS[period]}}{offset}"


def in_time(period: str) -> str:
    """Return the sort key of a period's name: of an hour that comes twice, +0200 goes before +0100."""
    if period[-5:-4] not in ("+", "-") or ":" not in period:
        return period
    return f"{datetime.fromisoformat(period).astimezone(UTC):%Y-%m-%d %H:%M}"
