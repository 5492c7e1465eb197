"""`scrimp runs errors`: the input rows that failed in a run, to be sent again."""

from __future__ import annotations

import typer

from scrimp.cli.printing import print_rows
from scrimp.cli.runs.find_run import FailedRun, find_run
from scrimp.cli.runs.run_state import why_not_kept
from scrimp.cli.session import open_session
from scrimp.store.files.failed_rows import failed_rows

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def errors(run: FailedRun) -> None:
    """Print the input rows that failed in a run, to be sent again.

    For instance: scrimp runs errors last | scrimp run -

    JSON rows are printed as they were, byte for byte if their file has not changed; rows of tables become JSON with the
    same columns, and lines stay lines. Give the flags of the run again: scrimp runs show prints them. Failed rows are
    kept for 30 days, in files that only their owner can read.
    """
    with open_session() as session:
        record, folder = find_run(session, run, "run"), session.services.paths.failed_rows
        if failed_rows(folder, record.run) is None:
            if (error := why_not_kept(record, folder, session.services.clock())) is not None:
                raise error
            session.messages.note(f"no row failed in {record.run}")
            return
        from scrimp.flows.stores.failed_rows import input_lines  # only where there are such rows

        print_rows(input_lines(lambda: failed_rows(folder, record.run) or iter(())))
