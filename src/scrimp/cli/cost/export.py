"""`scrimp cost export`: the entries of the ledger for other programs."""

from __future__ import annotations

import sys
from typing import Annotated, get_args

import typer

from scrimp.cli.flags.since import since_start
from scrimp.cli.printing import print_rows
from scrimp.cli.results.output import STDOUT, format_of_name, write_whole
from scrimp.cli.results.own_files import OwnFiles
from scrimp.cli.session import open_session
from scrimp.enums import LedgerFormat
from scrimp.errors import UsageError
from scrimp.render.costs.ledger_rows import ledger_parts
from scrimp.store.ledger_queries.entry_reader import entries_since

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def export(
    since: Annotated[
        str | None, typer.Option(metavar="30d|DATE", help="Only calls sent within this time, or since this day (UTC).")
    ] = None,
    file_format: Annotated[
        LedgerFormat | None,
        typer.Option("--format", help="How the calls are written; default: by the extension of -o, else jsonl."),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to; - is stdout.")
    ] = STDOUT,
) -> None:  # fmt: skip
    """Write every call of the ledger as JSON lines, CSV or Parquet.

    They come in the order in which they ended.

    Each has its time (UTC), model, status, tokens, dollars, labels and the key of its prompt, never the prompt or the
    completion. What is unknown is null, in CSV empty: never zero. Tags are one object, in CSV as JSON.

    Parquet needs pip install 'scrimp[parquet]': dollars are decimals, times microseconds of UTC, tags a map.
    """
    with open_session() as session:
        start = since_start(since, session.services.clock())
        session.services.stores.recover()
        named = _named_format(output)  # also a check of the name
        file_format = file_format or named
        if file_format == "parquet" and output == STDOUT and sys.stdout.isatty():
            raise UsageError("Parquet is not for a terminal: name a file with -o")
        parts = ledger_parts(entries_since(session.services.paths.ledger_db, start), file_format)
        if output == STDOUT:
            print_rows(parts)
            return
        OwnFiles(session).refuse("-o", output)
        write_whole(output, "-o", parts)


def _named_format(output: str) -> LedgerFormat:
    named = format_of_name(output, get_args(LedgerFormat))
    return next((known for known in get_args(LedgerFormat) if known == named), "jsonl")
