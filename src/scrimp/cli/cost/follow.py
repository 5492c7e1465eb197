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
from scrimp.cli.flags.since import Window
from scrimp.cli.printing import flush, print_json, print_text
from scrimp.cli.session import Session
from scrimp.render.costs.document import cost_documents
from scrimp.render.costs.tables import amounts_table, sum_line
from scrimp.render.streams import DEFAULT_WIDTH, StreamStyle, terminal_width
from scrimp.render.tables import format_table, truncate_middle, with_points_aligned
from scrimp.store.cost_sums.groups import ALL
from scrimp.store.cost_sums.sums import CostSums
from scrimp.units import format_dollars, format_known_dollars, pluralize

_SECONDS, _MINUTE = 1.0, 60.0
_LEAST_ROWS = 3
_OTHER_LINES = 5  # of a picture: its head, the table's, the sum, those left out, and the cursor's


class Snapshot(Struct, frozen=True):
    """The ledger at a moment: its groups within the window, and all calls of the last minute."""

    time: float
    groups: tuple[CostTotal, ...]
    last_minute: CostTotal | None


def follow(
    session: Session, sums: CostSums, totals: Callable[[float], list[CostTotal]], by: str, window: Window, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Show the groups of a window until interrupted: a picture that is drawn anew, or a line for each change.

    The window slides, or is from a moment on. `totals` returns the groups since a moment.
    """
    shown = _json if as_json else _line
    lines_up = 0
    for snapshot in _snapshots(session, sums, totals, window):
        if session.out.movable_cursor and not as_json:
            picture = _picture(snapshot, by, window, session.out)
            print_text((f"\x1b[{lines_up}A\x1b[J" if lines_up else "") + "".join(f"{line}\n" for line in picture))
            lines_up = len(picture)
        else:
            shown(snapshot, by)
        flush()


def _snapshots(
    session: Session, sums: CostSums, totals: Callable[[float], list[CostTotal]], window: Window
) -> Iterator[Snapshot]:
    """Yield what there is now; at a terminal once a second, elsewhere when it has changed."""
    before: tuple[CostTotal, ...] | None = None
    while True:
        sums.refresh()
        now = session.services.clock()
        groups = tuple(totals(window.start(now)))
        if groups != before or session.out.movable_cursor:
            yield Snapshot(now, groups, next(iter(sums.totals(ALL, since=now - _MINUTE)), None))
        before = groups
        time.sleep(_SECONDS)


def _picture(snapshot: Snapshot, by: str, window: Window, style: StreamStyle) -> list[str]:
    """Return the lines of a picture that fits the terminal as it is now."""
    now = replace(style, width=terminal_width(sys.stdout, style.width or DEFAULT_WIDTH))
    clock = datetime.fromtimestamp(snapshot.time, UTC).astimezone()
    head = [truncate_middle(f"{window}, at {clock:%H:%M:%S}; {_last_minute(snapshot)}; Ctrl-C ends", now.width)]
    if not snapshot.groups:
        return [*head, "no calls yet"]
    room = max(_LEAST_ROWS, _height() - _OTHER_LINES)
    headers, rows, align = amounts_table(snapshot.groups[:room], by, by, now)
    table = format_table(headers, with_points_aligned(rows, align), align, now.width)
    left_out = len(snapshot.groups) - room
    rest = [f"and {pluralize(left_out, 'other')}"] if left_out > 0 else []
    return [*head, *table, *rest, truncate_middle(sum_line(snapshot.groups), now.width)]


def _height() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).lines or 24
    except OSError:
        return 24


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
    calls = sum(total.calls for total in snapshot.groups)
    print_text(
        f"{moment:%Y-%m-%d %H:%M:%S}  {_whole(snapshot)}  {pluralize(calls, 'call')}, {_last_minute(snapshot)}\n"
    )


def _whole(snapshot: Snapshot) -> str:
    costs = [total.cost for total in snapshot.groups]
    unknown = sum(total.unknown for total in snapshot.groups)
    return format_known_dollars(sum(costs, Decimal(0)), unknown) if costs else format_dollars(None)


def _json(snapshot: Snapshot, by: str) -> None:
    minute = snapshot.last_minute
    moment = datetime.fromtimestamp(snapshot.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    print_json({
        "time": moment, "calls": sum(total.calls for total in snapshot.groups),
        "last_minute": {"calls": minute.calls if minute else 0, "cost_usd": minute.known_cost if minute else 0},
        "groups": cost_documents(snapshot.groups, by),
    })  # fmt: skip
