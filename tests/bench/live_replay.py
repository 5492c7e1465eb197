"""Whether what is certified is what runs: policies played live through the replay provider, row by row beside replay.

    python tests/bench/live_replay.py DIRECTORY [--rows 400] [--name zeroeval-gsm ...]

DIRECTORY is that of `tuning.py`. Each policy of the short list is written to tuned.toml as `scrimp tune apply` writes
it, and the installed scrimp runs the prompts along it; then the model whose completion each row kept, and what the row
cost, are compared with what `scrimp tune replay` takes them to be. A second time two in five completions of the cheap
models are non-answers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrimp.config.resolved.tuned_routes import TunedRoute, save_tuned
from scrimp.flows.tune.certificates import chain_of
from scrimp.flows.tune.recorded_rows import rows_from_recording
from scrimp.read.recordings import read_recording, recording_prices
from scrimp.tuning.policies import Policy, policy_name, replay
from scrimp.tuning.recorded_row import RecordedRow
from scrimp.tuning.shortlist import shortlist
from tuning import SETS

TASK = "bench"
NON_ANSWERS = ("I don't know.", "N/A", "unknown", '{"answer": null}', "I'm sorry, but I can't help with that.", "null")


def recording(directory: Path, name: str, flagship: str, cheap: tuple[str, ...], count: int, share: float) -> list[Any]:
    """Return rows of a recording with the models that are played, as JSON objects."""
    with gzip.open(directory / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(count), strict=False)]
    chance = random.Random(7)
    for row in rows:
        wanted = {model: reply for model, reply in row["models"].items() if model.startswith((flagship, *cheap))}
        for model, reply in wanted.items():
            if not model.startswith(flagship) and chance.random() < share:
                reply.update(out=chance.choice(NON_ANSWERS), score=0)
        row["models"] = wanted
    return [row for row in rows if all("out" in reply for reply in row["models"].values())]


def home(place: Path, rows: list[Any], prices: Path, models: list[str]) -> None:
    """Write the recording, prompts and config of a run."""
    (place / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (place / "prices.json").write_bytes(prices.read_bytes())
    prompts = "".join(json.dumps({"id": row["id"], "text": row["prompt"]}) + "\n" for row in rows)
    (place / "prompts.jsonl").write_text(prompts, encoding="utf-8")
    named = json.dumps([f"rec/{model}" for model in models])
    (place / "config.toml").write_text(
        f'[providers.rec]\nbase_url = "replay:{place}/rows.jsonl"\n[tiers]\nsimple = {named}\nmedium = {named}\n'
        f"high = {named}\n",
        encoding="utf-8",
    )


def live(place: Path, policy: Policy, flagship: str) -> dict[str, tuple[str, float]]:
    """Return, by row, the model whose completion a run keeps, and what the row cost in dollars."""
    steps, signal, threshold = chain_of(policy, flagship)
    route = TunedRoute(
        signature=TASK, steps=tuple(f"rec/{step}" for step in steps), signal=signal, min_confidence=threshold,
        policy=policy_name(policy), flagship=f"rec/{flagship}", target=0.9, risk=0.05, bound=0.9, pairs=100, below=0.5,
        saved=0.5, certified="2026-01-01T00:00:00Z",
    )  # fmt: skip
    save_tuned(place / "tuned.toml", [route])
    command = [
        "run",
        "prompts.jsonl",
        "--route",
        TASK,
        "--compress",
        "off",
        "--cache",
        "off",
        "--format",
        "jsonl",
        "-q",
    ]
    ran = subprocess.run(
        [sys.executable, "-m", "scrimp", *command], cwd=place, env={**os.environ, "SCRIMP_HOME": str(place)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode not in (0, 4):
        sys.exit(ran.stderr)
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    return {row["id"]: (row["model"], row["cost_usd"]) for row in rows}


def differences(
    policy: Policy, rows: list[RecordedRow], flagship: str, played: dict[str, tuple[str, float]]
) -> Iterator[str]:
    for row in rows:
        expected = replay(policy, row, flagship)
        model, cost = played[row.id]
        if model != expected.model or abs(cost - expected.cost) > 1e-9:
            yield f"{row.id}: {model} for {cost:.8f}, in replay {expected.model} for {expected.cost:.8f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--name", action="append", choices=[name for name, _, _ in SETS[:2]])
    asked = parser.parse_args()
    for name, top, cheap in SETS[:2]:
        for share in (0.0, 0.4) if not asked.name or name in asked.name else ():
            raw = recording(asked.directory, name, top, cheap, asked.rows, share)
            models = list(raw[0]["models"])
            flagship = next(model for model in models if model.startswith(top))
            with tempfile.TemporaryDirectory() as path:
                place = Path(path)
                home(place, raw, asked.directory / "prices.json", models)
                source = place / "rows.jsonl"
                rows = rows_from_recording(read_recording(source, recording_prices(source, None))).rows
                pool = {model: model.lower().split("-")[0] for model in models if model != flagship}
                for policy in shortlist(rows, pool, flagship).policies:
                    wrong = list(differences(policy, rows, flagship, live(place, policy, flagship)))
                    print(
                        f"{name}, {share:.0%} non-answers, {policy_name(policy)}: {len(rows)} rows, {len(wrong)} differ"
                    )
                    print("".join(f"    {line}\n" for line in wrong[:3]), end="", flush=True)


if __name__ == "__main__":
    main()
