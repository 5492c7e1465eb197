"""The options that say how calls are made: how many at once, by what engine, live or in batches."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.enums import BatchGoal, Engine, FailOn, RowOrder

Concurrency = Annotated[
    int | None, typer.Option("-j", "--concurrency", metavar="N", min=1, help="The most calls in flight to a provider.")
]
Rpm = Annotated[int | None, typer.Option("--rpm", metavar="N", min=1, help="The most calls a minute to a provider.")]
Tpm = Annotated[int | None, typer.Option("--tpm", metavar="N", min=1, help="The most tokens a minute to a provider.")]
Retries = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=0,
        help="How often to retry a failed call, or a reply that is not one of the labels or breaks the schema.",
    ),
]
Timeout = Annotated[float | None, typer.Option(metavar="SECONDS", min=0.1, help="The longest one call may take.")]
MaxFailures = Annotated[
    str | None,
    typer.Option(
        metavar="N|P%",
        help="Stop when more rows than this have failed; a percentage is checked from 100 rows on, and at the end.",
    ),
]
FailOnOption = Annotated[
    FailOn,
    typer.Option(
        "--fail-on",
        help="The exit status is not 0 if any row failed (the default), if all did, or never for failed rows.",
    ),
]
EngineOption = Annotated[
    Engine,
    typer.Option(
        "--engine",
        help="What answers the rows: local, this process; processes, several on this machine; ray, workers of Ray here "
        "or on the cluster of RAY_ADDRESS.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        help="With --engine processes or ray: how many workers share the run; default: one a core.",
    ),
]
OrderOption = Annotated[RowOrder | None, typer.Option("--order", help="The order of the rows.")]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Print the requests instead of sending any; of a run, those of the first rows (3, or --limit).",
    ),
]
Batch = Annotated[
    bool,
    typer.Option("--batch", help="Send the calls through the providers' batch APIs: half the price, within a day."),
]
Deadline = Annotated[
    str | None,
    typer.Option(
        "--deadline",
        metavar="6h|06:00",
        help="With --batch: have all rows within this time, or by this hour; what batches leave is called live.",
    ),
]
Queue = Annotated[str | None, typer.Option("--queue", metavar="NAME", hidden=True)]
WhenIdle = Annotated[bool, typer.Option("--when-idle", hidden=True)]
JobName = Annotated[str | None, typer.Option("--job", hidden=True)]
BatchGoalOption = Annotated[BatchGoal, typer.Option("--batch-goal", hidden=True)]
BatchJson = Annotated[bool, typer.Option("--batch-json", hidden=True)]
