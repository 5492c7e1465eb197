"""Where recorded completions come from: a file, or what was gathered in the ledger."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from scrimp.cli import options as o
from scrimp.cli.session import Session
from scrimp.config.amounts import seconds
from scrimp.errors import UsageError
from scrimp.flows.tune.dataset import Dataset, from_file, from_pairs
from scrimp.read.recordings import read_recording, recording_prices
from scrimp.render.amounts import count
from scrimp.store.pairs import PairStore
from scrimp.tuning.policy_metrics import Interval

LEDGER = "ledger"
ASSUMED = 200  # tokens

Source = Annotated[
    str, typer.Argument(metavar="[FILE]", help="A recording (JSON lines, gzip or not), or ledger: what was gathered.")
]
Flagship = Annotated[
    str | None, typer.Option(metavar="MODEL", help="What the others are held against; else the best, or the dearest.")
]
Pool = Annotated[
    str | None, typer.Option(metavar="A,B,C", help="The cheap models; else those at a third of its cost or less.")
]
Prices = Annotated[
    str | None, typer.Option(metavar="FILE", help="Prices of a recording's models; else prices.json beside it.")
]
Since = Annotated[str | None, typer.Option(metavar="30d", help="Only what was gathered since so long ago.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def begin_of(since: str | None) -> float:
    """Return the moment that --since names, in seconds since the epoch; 0 where it is not given."""
    return time.time() - seconds(since, "--since") if since else 0.0


def recording(
    here: Session, source: str, flagship: str | None, pool: str | None, prices: str | None, since: float = 0.0
) -> Dataset:
    """Return the rows of a source and the models that take part."""
    if since and source != LEDGER:
        raise UsageError(f"--since is for what was gathered in the ledger: {source} does not say when its rows were")
    if prices is not None and source == LEDGER:
        raise UsageError("--prices is for a recording: what was gathered in the ledger has its costs with it")
    if source == LEDGER:
        pairs = PairStore(here.services.paths.ledger_db)
        try:
            rows = from_pairs(pairs.prompts(since=since))
        finally:
            pairs.close()
    else:
        path = Path(source)
        rows = from_file(
            read_recording(path, recording_prices(path, prices), assumed_output=ASSUMED, warn=here.messages.warn)
        )
    found = Dataset(rows, flagship=flagship, pool=o.words(pool))
    if found.left_out:
        lack = "row lacks" if found.left_out == 1 else "rows lack"
        here.messages.warn(f"{count(found.left_out)} {lack} a completion of one of the models: left out")
    return found


def interval(found: Interval | None) -> dict[str, float] | None:
    """Return a figure with its interval as JSON has it; None where it is not known."""
    return None if found is None else {"value": found.value, "low": found.low, "high": found.high}
