"""`scrimp batch submit`: a run whose calls are left with the providers."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def submit(
    context: typer.Context,
    queue: Annotated[
        str | None,
        typer.Option(
            "--queue", metavar="NAME", help="Leave the requests in a queue; scrimp batch flush NAME sends it."
        ),
    ] = None,
    *,
    when_idle: Annotated[
        bool,
        typer.Option(
            "--when-idle", help="Leave them until no other run is active; scrimp batch flush idle sends them."
        ),
    ] = False,
) -> None:
    """Submit the prompts of files or stdin, with the flags of `scrimp run`, and leave.

    Nothing is printed but the name of the job: `scrimp batch watch` waits for it, `scrimp batch fetch` prints its rows.
    What is in the cache, and what is on its way in another job, is not sent again.

    In a queue the requests of many commands are collected, to be sent together: submit --queue nightly by day, and
    flush nightly from cron. A rule of the config with queue = "nightly" does so, too, for the prompts it matches.
    Each command's rows are still fetched by its own job. Only what submit leaves waits in queues: run, also with
    --batch, sends at once, and sends what it shares with a queue.

    With --when-idle they wait in the queue idle, which flush sends while no other run of this store is calling models;
    from cron, say, every quarter of an hour. Calls that no batch takes wait for that, too, when their rows are fetched.

    A model that no batch takes and that costs less at other hours, as DeepSeek's do, waits for these hours; watch and
    fetch --wait wait, too, and then call it.
    """
    from scrimp.cli.batch.run_command import run_command  # all that a run needs

    words = [*context.args, "--batch", "--batch-goal", "submitted"]
    words += [] if queue is None else ["--queue", queue]
    raise typer.Exit(run_command([*words, "--when-idle"] if when_idle else words))
