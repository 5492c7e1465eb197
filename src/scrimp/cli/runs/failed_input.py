"""`scrimp runs errors`: the input rows that failed in a run, to be sent again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from scrimp.cli.printing import print_rows
from scrimp.cli.runs.find_run import FailedRun, find_run
from scrimp.cli.runs.run_state import why_not_kept
from scrimp.cli.session import open_session
from scrimp.store.files.failed_rows import FailedRow, failed_rows
from scrimp.units import pluralize

Unreadable = Annotated[
    bool, typer.Option("--unreadable", help="Print the rows that could not be read, as they were, and no others.")
]
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def errors(run: FailedRun, *, unreadable: Unreadable = False) -> None:
    """Print the input rows that failed in a run, to be sent again.

    For instance: scrimp runs errors last | scrimp run -

    JSON rows are printed as they were, byte for byte if their file has not changed; rows of tables become JSON with the
    same columns, and lines stay lines. Give the flags of the run again: scrimp runs show prints them. Rows that could
    not be read, such as a line that is not JSON, are left out: fix what --unreadable prints of them. Failed rows are
    kept for 30 days, in files that only their owner can read.
    """
    with open_session() as session:
        record, folder = find_run(session, run, "run"), session.services.paths.failed_rows
        if failed_rows(folder, record.run) is None:
            if (error := why_not_kept(record, folder, session.services.clock())) is not None:
                raise error
            session.messages.note(f"no row failed in {record.run}")
            return
        from scrimp.flows.stores.failed_rows import input_lines, unread_lines  # only where there are such rows

        def rows() -> Iterator[FailedRow]:
            return failed_rows(folder, record.run) or iter(())

        if unreadable:
            print_rows(unread_lines(rows()))
            return
        print_rows(input_lines(rows))
        if unread := sum(row.unread for row in rows()):
            verb = "is" if unread == 1 else "are"
            session.messages.note(
                f"{pluralize(unread, 'row')} that could not be read {verb} left out: --unreadable prints "
                f"{'it' if unread == 1 else 'them'} as in the input, to be fixed"
            )
