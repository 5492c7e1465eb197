"""`scrimp batch submit`: a run whose calls are left with the providers."""

from __future__ import annotations

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def submit(context: typer.Context) -> None:
    """Submit the prompts of files or stdin, with the flags of `scrimp run`, and leave.

    Nothing is printed but the name of the job: `scrimp batch watch` waits for it, `scrimp batch fetch` prints its rows.
    What is in the cache, and what is on its way in another job, is not sent again.

    A model that no batch takes and that costs less at other hours, as DeepSeek's do, waits for these hours; watch and
    fetch --wait wait, too, and then call it.
    """
    from scrimp.cli.batch.run_command import run_command  # noqa: PLC0415 - all that a run needs

    raise typer.Exit(run_command([*context.args, "--batch", "--batch-goal", "submitted"]))
