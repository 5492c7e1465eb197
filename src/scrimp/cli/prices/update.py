"""`scrimp prices update`: a price table newer than the shipped one."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from scrimp.cli.prices.rate_table import difference_json, difference_rows
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import Session, open_session
from scrimp.errors import ConfigError, UsageError
from scrimp.prices.book import lookup_with
from scrimp.prices.comparison import Comparison, compare
from scrimp.prices.lookup import PriceLookup
from scrimp.prices.price_row import utc_moment
from scrimp.units import format_count

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_NAMED = 5  # models without a price that are named


@app.command()
def update(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE|URL",
            help="genai-prices' data, LiteLLM's model_prices_and_context_window.json or a table of scrimp's, as JSON "
            "or gzip; an https address is fetched.",
        ),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Put back the table that the last update replaced.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what changes as JSON.")] = False,
) -> None:
    """Use a newer price table, and say what changes.

    It replaces the shipped table until a scrimp with a newer one is installed. A correction of scrimp's holds until the
    newer table has changed that row; your own prices hold in any case. The table that it replaces is kept for --undo.
    Nothing is fetched but what you name here.
    """
    with open_session() as session:
        if undo:
            if source is not None or dry_run:
                raise UsageError("--undo takes no other table and no --dry-run: leave them out")
            _undo(session)
        elif source is None:
            raise UsageError("name a file or an https address of prices, or put the last table back with --undo")
        else:
            _update(session, source, dry_run=dry_run, as_json=as_json)


def _update(session: Session, source: str, *, dry_run: bool, as_json: bool) -> None:
    from scrimp.flows.prices.price_lists import read_price_list  # only to read a list
    from scrimp.prices.table import SHIPPED, compressed, load_table
    from scrimp.store.files.price_files import replace_table

    paths = session.services.paths
    table = read_price_list(source, session.services.env)
    if table.date < (shipped := load_table(SHIPPED)).date:
        raise UsageError(
            f"{source} is of {table.date}, older than the table of {shipped.date} that scrimp ships with: name a newer "
            "one"
        )
    changes = compare(_lookup_before(session), lookup_with(table), utc_moment(time.time()), lost=True)
    data = compressed(table.file)
    in_use = paths.prices.exists() and paths.prices.read_bytes() == data
    if not dry_run and not in_use:
        replace_table(paths.prices, paths.last_prices, data)
    if as_json:
        print_json(
            {"changed": difference_json(changes.differences, ("before", "after")), "new": list(changes.only_theirs),
             "gone": list(changes.only_ours), "date": table.date, "source": table.source,
             "written": not dry_run and not in_use}
        )  # fmt: skip
        return
    headers = ("model", "rate", "before", "after", "times")
    print_table(headers, difference_rows(changes.differences), "llrrr", session.out, empty="no rate changes")
    print_line(_summary(changes))
    print_line(f"table of {table.date}, {table.source}")
    if in_use:
        print_line("this table is in use already; nothing was written")
    elif dry_run:
        print_line("nothing was written")
    else:
        print_line(f"written to {paths.prices}; `scrimp prices update --undo` puts the table before it back")


def _lookup_before(session: Session) -> PriceLookup:
    """Return the prices in force; those that scrimp ships with where the user's table can no longer be read."""
    try:
        return session.services.prices.lookup
    except ConfigError as error:
        session.messages.warn(str(error))
        return lookup_with(None)


def _undo(session: Session) -> None:
    from scrimp.prices.table import load_table  # only here
    from scrimp.store.files.price_files import restore_table

    paths = session.services.paths
    restored = restore_table(paths.prices, paths.last_prices)
    table = lookup_with(load_table(paths.prices) if restored else None).table
    print_line(
        f"back to {'the table before it' if restored else 'the table that scrimp ships with'}: {table.date}, "
        f"{table.source}; --undo again takes this back"
    )


def _summary(changes: Comparison) -> str:
    models = len({(each.provider, each.model) for each in changes.differences})
    gone = ", ".join(changes.only_ours[:_NAMED]) + (", ..." if len(changes.only_ours) > _NAMED else "")
    return (
        f"rates that change: {format_count(len(changes.differences))}, of {format_count(models)} models; new models: "
        f"{format_count(len(changes.only_theirs))}; models without a price now: {format_count(len(changes.only_ours))}"
        f"{f' ({gone})' if gone else ''}"
    )
