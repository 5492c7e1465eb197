"""`scrimp cost --follow`: what is being paid, as it is paid."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from scrimp.billing.cost_total import CostTotal
from scrimp.billing.ranking import Ranking
from scrimp.cli.flags.since import Window
from scrimp.cli.printing import flush, print_json, print_text
from scrimp.cli.session import Session
from scrimp.render.costs.document import cost_document
from scrimp.render.costs.tables import amounts_table, sum_line
from scrimp.render.streams import DEFAULT_WIDTH, StreamStyle, terminal_width
from scrimp.render.tables import format_table, truncate_middle, with_points_aligned
from scrimp.store.cost_sums.groups import ALL
from scrimp.store.cost_sums.sums import CostSums
from scrimp.units import format_dollars, format_known_dollars, pluralize

_SECONDS, _MINUTE = 1.0, 60.0
_LEAST_ROWS, _HEIGHT = 3, 24
_MOST_OBJECTS = 1000  # groups in an object of JSON: it is held in memory, and its reader reads it whole
_OTHER_LINES = 5  # lines besides the groups: title, header, sum, "N others", cursor


class Snapshot(Struct, frozen=True):
    """The ledger at a moment: the calls within the window, their costliest groups, and the calls of the last minute."""

    time: float
    whole: CostTotal | None
    groups: Ranking
    last_minute: CostTotal | None


def follow(
    session: Session, sums: CostSums, ranking: Callable[[float, int], Ranking], by: str, window: Window, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Show the groups of a window until interrupted: a picture that is redrawn, or a line for each change.

    The window slides, or is from a moment on. `ranking` returns the groups since a moment, up to a number of them.
    """
    shown = _json if as_json else _line
    drawn = session.out.movable_cursor and not as_json
    most = _room if drawn else (lambda: _MOST_OBJECTS) if as_json else (lambda: 1)
    lines_up = 0
    for snapshot in _snapshots(session, sums, lambda start: ranking(start, most()), window):
        if drawn:
            picture = _picture(snapshot, by, window, session.out)
            print_text((f"\x1b[{lines_up}A\x1b[J" if lines_up else "") + "".join(f"{line}\n" for line in picture))
            lines_up = len(picture)
        else:
            shown(snapshot, by)
        flush()


def _snapshots(
    session: Session, sums: CostSums, ranking: Callable[[float], Ranking], window: Window
) -> Iterator[Snapshot]:
    """Yield snapshots: at a terminal once a second, elsewhere when something has changed."""
    before: CostTotal | None = None
    is_first = True
    while True:
        sums.take_up_ledger()
        sums.refresh()
        now = session.services.clock()
        start = window.start(now)
        whole = next(iter(sums.totals(ALL, since=start)), None)
        if is_first or whole != before or session.out.movable_cursor:
            last_minute = next(iter(sums.totals(ALL, since=now - _MINUTE)), None)
            yield Snapshot(now, whole, ranking(start), last_minute)
        is_first, before = False, whole
        time.sleep(_SECONDS)


def _picture(snapshot: Snapshot, by: str, window: Window, style: StreamStyle) -> list[str]:
    """Return the lines of a picture that fits the terminal as it is now."""
    now = replace(style, width=terminal_width(sys.stdout, style.width or DEFAULT_WIDTH))
    clock = datetime.fromtimestamp(snapshot.time, UTC).astimezone()
    head = [truncate_middle(f"{window}, at {clock:%H:%M:%S}; {_last_minute(snapshot)}; Ctrl-C ends", now.width)]
    groups = snapshot.groups
    if not groups.totals:
        return [*head, "no calls yet"]
    headers, rows, align = amounts_table(groups.totals, by, by, now)
    table = format_table(headers, with_points_aligned(rows, align), align, now.width)
    rest = [] if groups.rest is None else [f"and {groups.rest.name}"]
    return [*head, *table, *rest, truncate_middle(sum_line(groups.all), now.width)]


def _room() -> int:
    """Return how many groups the terminal has lines for."""
    try:
        height = os.get_terminal_size(sys.stdout.fileno()).lines or _HEIGHT
    except OSError:
        height = _HEIGHT
    return max(_LEAST_ROWS, height - _OTHER_LINES)


def _last_minute(snapshot: Snapshot) -> str:
    minute = snapshot.last_minute
    if minute is None:
        return "no calls in the last minute"
    return (
        f"{pluralize(minute.calls, 'call')} for {format_known_dollars(minute.cost, minute.unknown)} in the last minute"
    )


def _line(snapshot: Snapshot, by: str) -> None:
    del by
    moment = datetime.fromtimestamp(snapshot.time, UTC).astimezone()
    whole = snapshot.whole
    cost = format_dollars(None) if whole is None else format_known_dollars(whole.cost, whole.unknown)
    calls = pluralize(0 if whole is None else whole.calls, "call")
    print_text(f"{moment:%Y-%m-%d %H:%M:%S}  {cost}  {calls}, {_last_minute(snapshot)}\n")


def _json(snapshot: Snapshot, by: str) -> None:
    minute, whole, groups = snapshot.last_minute, snapshot.whole, snapshot.groups
    cost, calls = (Decimal(0), 0) if whole is None else (whole.cost, whole.calls)
    moment = datetime.fromtimestamp(snapshot.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    print_json({
        "time": moment, "calls": calls,
        "last_minute": {"calls": minute.calls if minute else 0, "cost_usd": minute.known_cost if minute else 0},
        "groups": [cost_document(total, by, cost, calls) for total in groups.totals],
        "others": None if groups.rest is None else cost_document(groups.rest, by, cost, calls),
    })  # fmt: skip
