"""Whether what is certified is what runs: policies played live through the replay provider, row by row beside replay.

    python tests/bench/live_replay.py DIRECTORY [--rows 400] [--name zeroeval-gsm ...] [--name mix]

DIRECTORY is that of `tuning.py`. Each policy of the short list is written to tuned.toml as `scrimp tune apply` writes
it, and the installed scrimp runs the prompts along it; then the model whose completion each row kept, and what the row
cost, are compared with what `scrimp tune replay` takes them to be. A second time two in five completions of the cheap
models are non-answers. Of the mix of tasks (`mixture.py`) the policy for each task is played, all routes in one file.
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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.mixture import FLAGSHIP, dataset, mix, prices
from bench.tuning import SETS
from scrimp.config.resolved.tuned_routes import TunedRoute, save_tuned
from scrimp.flows.tune.certificates import chain_of
from scrimp.flows.tune.recorded_rows import rows_from_recording
from scrimp.read.recordings import read_recording, recording_prices
from scrimp.tuning.mixtures import best_mixtures, cheapest_keeping
from scrimp.tuning.policies import Policy, policy_name, replay
from scrimp.tuning.recorded_row import RecordedRow
from scrimp.tuning.shortlist import shortlist

TASK = "bench"
NON_ANSWERS = ("I don't know.", "N/A", "unknown", '{"answer": null}', "I'm sorry, but I can't help with that.", "null")


def recording(directory: Path, name: str, flagship: str, cheap: tuple[str, ...], count: int, share: float) -> list[Any]:
    """Return rows of a recording with the models that are played, as JSON objects."""
    with gzip.open(directory / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(count), strict=False)]
    for row in rows:
        row["models"] = {m: reply for m, reply in row["models"].items() if m.startswith((flagship, *cheap))}
    spoil(rows, flagship, share)
    return [row for row in rows if all("out" in reply for reply in row["models"].values())]


def home(place: Path, rows: list[Any], price_file: Path, models: list[str]) -> None:
    """Write the recording, prompts and config of a run."""
    (place / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (place / "prices.json").write_bytes(price_file.read_bytes())
    prompts = "".join(json.dumps({"id": row["id"], "text": row["prompt"]}) + "\n" for row in rows)
    (place / "prompts.jsonl").write_text(prompts, encoding="utf-8")
    named = json.dumps([f"rec/{model}" for model in models])
    (place / "config.toml").write_text(
        f'[providers.rec]\nbase_url = "replay:{place}/rows.jsonl"\n[tiers]\nsimple = {named}\nmedium = {named}\n'
        f"high = {named}\n",
        encoding="utf-8",
    )


def tuned(task: str, policy: Policy, flagship: str) -> TunedRoute:
    steps, signal, threshold = chain_of(policy, flagship)
    return TunedRoute(
        signature=task, steps=tuple(f"rec/{step}" for step in steps), signal=signal, min_confidence=threshold,
        policy=policy_name(policy), flagship=f"rec/{flagship}", target=0.9, risk=0.05, bound=0.9, pairs=100, below=0.5,
        saved=0.5, certified="2026-01-01T00:00:00Z",
    )  # fmt: skip


def live(place: Path, policies: Mapping[str, Policy], flagship: str, task: str) -> dict[str, tuple[str, float]]:
    """Return, by row of a task, the model whose completion a run keeps, and what the row cost in dollars."""
    save_tuned(place / "tuned.toml", [tuned(name, policy, flagship) for name, policy in policies.items()])
    command = [
        "run",
        "prompts.jsonl",
        "--route",
        task,
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


def spoil(rows: list[Any], flagship: str, share: float) -> None:
    """Make so many completions of the cheap models non-answers."""
    chance = random.Random(7)
    for row in rows:
        for model, reply in row["models"].items():
            if not model.startswith(flagship) and chance.random() < share:
                reply.update(out=chance.choice(NON_ANSWERS), score=0)


def play_mix(directory: Path, count: int, share: float) -> None:
    """Play the policy of each task on some of its rows, chosen on all of them."""
    raw, rates = list(mix(directory)), prices(directory)
    spoil(raw, FLAGSHIP, share)
    recorded = dataset(raw, rates)
    policies = cheapest_keeping(
        best_mixtures(recorded.rows, lambda rows: shortlist(rows, recorded.pool, FLAGSHIP).policies, FLAGSHIP), 0.98
    ).policy.choices
    for task, policy in policies.items():
        played = [row for row in raw if row["task"] == task][:count]
        with tempfile.TemporaryDirectory() as path:
            place = Path(path)
            price_file = place / "rates.json"
            price_file.write_text(json.dumps({"models": rates}), encoding="utf-8")
            home(place, played, price_file, list(rates))
            wanted = {row["id"] for row in played}
            rows = [row for row in recorded.rows if row.id in wanted]
            wrong = list(differences(policy, rows, FLAGSHIP, live(place, policies, FLAGSHIP, task)))
            print(f"mix, {share:.0%} non-answers, {task}: {policy_name(policy)}: {len(rows)} rows, {len(wrong)} differ")
            print("".join(f"    {line}\n" for line in wrong[:3]), end="", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--name", action="append", choices=[*(name for name, _, _ in SETS[:2]), "mix"])
    asked = parser.parse_args()
    if not asked.name or "mix" in asked.name:
        for share in (0.0, 0.4):
            play_mix(asked.directory, asked.rows, share)
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
                    wrong = list(differences(policy, rows, flagship, live(place, {TASK: policy}, flagship, TASK)))
                    print(
                        f"{name}, {share:.0%} non-answers, {policy_name(policy)}: {len(rows)} rows, {len(wrong)} differ"
                    )
                    print("".join(f"    {line}\n" for line in wrong[:3]), end="", flush=True)


if __name__ == "__main__":
    main()
