"""The flags of `scrimp cost`: what is summed, and how it is shown."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.cost.group_report import MOST_ROWS
from scrimp.cli.cost.ledger_sums import UTC_ZONE
from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.cli.flags.json_flag import AsJson
from scrimp.errors import UsageError
from scrimp.store.cost_sums.groups import GROUP_WORDS, PERIODS, WORDS

DEFAULT_WINDOW = "1h"  # window of --follow


def _groups(incomplete: str) -> list[str]:
    return [word for word in WORDS if word.startswith(incomplete)]


class SumFlags(FlagGroup, frozen=True):
    """Which calls are summed, and by what."""

    since: Annotated[
        str | None, typer.Option(metavar="30d|DATE", help="Only calls sent within this time, or since this day.")
    ] = None
    by: Annotated[
        str, typer.Option(metavar="WORD", help=f"What to group by: {GROUP_WORDS}.", autocompletion=_groups)
    ] = "model"
    zone: Annotated[
        str,
        typer.Option(
            metavar="ZONE",
            help="The time zone of periods and of --since: utc, local, or a name such as Europe/Berlin.",
        ),
    ] = UTC_ZONE
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            show_default=False,
            help=f"Show the N most expensive groups and the sum of the rest; default of a table: {MOST_ROWS}.",
        ),
    ] = None


class ShownFlags(FlagGroup, frozen=True):
    """How the sums are shown."""

    rates: Annotated[
        bool, typer.Option("--rates", help="Show what a call costs, and how often calls fail, instead of tokens.")
    ] = False
    as_json: AsJson = False
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with the fields of the JSON.")] = False
    plot: Annotated[bool, typer.Option("--plot", help="Show the dollars as bars instead.")] = False
    follow: Annotated[
        bool,
        typer.Option(
            "--follow",
            "-f",
            help=f"Show costs as they are paid, of the last {DEFAULT_WINDOW} or --since, until Ctrl-C.",
        ),
    ] = False
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page with charts to FILE instead; - is stdout.")
    ] = None
    check: Annotated[
        bool, typer.Option("--check", help="Print the alerts of [alerts] that are in force instead; exit 8 if any are.")
    ] = False

    def refuse_two_ways(self) -> None:
        """Raise UsageError for two ways to show the same."""
        given = {
            "--json": self.as_json and not self.follow, "--csv": self.as_csv, "--rates": self.rates,
            "--plot": self.plot, "--html": self.html is not None, "--follow": self.follow,
        }  # fmt: skip
        ways = [flag for flag, is_given in given.items() if is_given]
        if len(ways) > 1:
            raise UsageError(f"{ways[0]} and {ways[1]} show the same in two ways: give one of them")

    def refuse_limit(self, summed: SumFlags) -> None:
        """Raise UsageError for a limit where it has no effect."""
        if summed.limit is not None and summed.by in PERIODS:
            raise UsageError(f"--limit leaves out no {summed.by}: shorten --since to show fewer")
        if summed.limit is not None and (self.html is not None or self.follow):
            raise UsageError("--limit is for tables, --plot, --json and --csv: leave it out with --html or --follow")
