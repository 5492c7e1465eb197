"""What a policy for each task keeps and saves on a mix of tasks, and predictions that others can score.

    python tests/bench/mixture.py DIRECTORY [--target 0.98] [--export FOLDER]

DIRECTORY is that of `tuning.py`. The mix is grade school maths (zeroeval-gsm), output prediction (zeroeval-crux) and,
since no harder maths is recorded there, the 179 questions of the first that at least two of six models miss that take
no part; four cheap models of four families and claude-3-5-sonnet. Policies are chosen on rows whose sha256(id) is even,
and what is printed first is of the odd ones; then certificates of the whole mix. With --export the odd rows are written
in two public forms:

- routerarena.json, with config.json and cost.json: RouterArena's predictions (its README, step 2, and
  check_config_prediction_files.py). It prices the answer that is kept and not the calls before it, so what was paid for
  all is in `cost`, and the calls are in `calls`.
- records.json: LLMRouterBench's records (its data_collector/README), with the score and what was paid for all calls.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.recorded import is_odd
from scrimp.flows.tune.dataset import Dataset
from scrimp.flows.tune.recorded_rows import rows_from_recording
from scrimp.flows.tune.trade_off import trade_off
from scrimp.read.recordings import read_recording, recording_prices
from scrimp.tuning.gatekeeping import GatedPolicy
from scrimp.tuning.mixture_claims import certify_mixture
from scrimp.tuning.policies import Always, PerSignature, policy_name, replay
from scrimp.tuning.policy_metrics import Interval, PolicyMetrics, measure
from scrimp.tuning.recorded_row import RecordedRow
from scrimp.tuning.shortlist import shortlist

FLAGSHIP = "claude-3-5-sonnet-20241022"
# The models that take part, by beginnings of their names: Qwen was recorded as 2 on one set and as 2.5 on the other.
TAKING_PART = {
    FLAGSHIP: FLAGSHIP, "gpt-4o-mini": "gpt-4o-mini", "gemini-1.5-flash": "gemini-1.5-flash",
    "deepseek-v2.5": "deepseek-v2.5", "Qwen2-72B": "qwen-72b", "Qwen2.5-72B": "qwen-72b",
}  # fmt: skip
# Who says that a question is hard: at least two of these are wrong.
_JUDGES = (
    "claude-3-haiku", "Qwen2-7B", "Meta-Llama-3.1-8B", "Mistral-Large-2", "gpt-4o-2024-08-06", "claude-3-5-haiku",
)  # fmt: skip


def mix(directory: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of the mix, in the form of a recording."""
    for name in ("zeroeval-gsm", "zeroeval-crux"):
        with gzip.open(directory / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                recorded = row["models"]
                wrong = sum(reply["score"] < 1 for model, reply in recorded.items() if model.startswith(_JUDGES))
                models = {
                    short: reply
                    for model, reply in recorded.items()
                    for beginning, short in TAKING_PART.items()
                    if model.startswith(beginning)
                }
                hard = name == "zeroeval-gsm" and wrong >= 2
                yield {**row, "task": "hard maths" if hard else row["task"], "models": models}


def prices(directory: Path) -> dict[str, Any]:
    listed = json.loads((directory / "prices.json").read_text())["models"]
    return {
        short: rates[:2]
        for model, rates in listed.items()
        for beginning, short in TAKING_PART.items()
        if model.startswith(beginning)
    }


def dataset(rows: Iterable[Mapping[str, Any]], rates: Mapping[str, Any]) -> Dataset:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mix.jsonl")
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        Path(folder, "prices.json").write_text(json.dumps({"models": rates}), encoding="utf-8")
        recorded = rows_from_recording(read_recording(path, recording_prices(path, None)))
    pool = [model for model in rates if model != FLAGSHIP]
    return Dataset(recorded, flagship=FLAGSHIP, pool=pool)


def line(name: str, measured: PolicyMetrics, policy: str = "") -> str:
    kept = text(measured.kept) if measured.kept is not None else "?"
    return (
        f"{name:12} {measured.rows:5} rows  kept {kept}  flag {text(measured.flagship_share)}  "
        f"saved {text(measured.saved)}  {policy}"
    )


def text(interval: Interval) -> str:
    return f"{interval.value:6.1%} ({interval.low:.1%} to {interval.high:.1%})"


def predictions(
    rows: Iterable[Mapping[str, Any]], recorded: Mapping[str, RecordedRow], policy: PerSignature
) -> Iterator[dict[str, Any]]:
    """Yield RouterArena's predictions, with all calls."""
    for row in rows:
        outcome = replay(policy, recorded[row["id"]], FLAGSHIP)
        calls = called(policy, recorded[row["id"]], outcome.calls)
        reply = row["models"][outcome.model]
        yield {
            "global index": row["id"], "prompt": row["prompt"], "prediction": outcome.model,
            "generated_result": {
                "generated_answer": reply["out"], "success": True, "token_usage": usage(row, outcome.model),
                "provider": "recorded", "error": None,
            },
            "cost": outcome.cost, "accuracy": outcome.score,
            "calls": [{"model": model, "token_usage": usage(row, model)} for model in calls],
        }  # fmt: skip


def called(policy: PerSignature, row: RecordedRow, count: int) -> list[str]:
    """Return the models that were called, in order; the flagship is always the last one."""
    chosen = policy.choices.get(row.signature, policy.default)
    names = [getattr(chosen, "model", None), *getattr(chosen, "voters", getattr(chosen, "backers", ()))]
    return [*(name for name in names if name and name != FLAGSHIP), FLAGSHIP][:count]


def usage(row: Mapping[str, Any], model: str) -> dict[str, int]:
    output = row["models"][model]["completion_tokens"]
    return {
        "input_tokens": row["prompt_tokens"],
        "output_tokens": output,
        "total_tokens": row["prompt_tokens"] + output,
    }


def records(rows: Iterable[Mapping[str, Any]], predicted: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return LLMRouterBench's records of the same predictions."""
    listed = [
        {
            "index": at, "origin_query": row["prompt"], "prompt": row["prompt"], "ground_truth": row["gold"],
            "prediction": row["models"][one["prediction"]].get("answer") or one["generated_result"]["generated_answer"],
            "score": one["accuracy"], "cost": one["cost"],
            "prompt_tokens": sum(call["token_usage"]["input_tokens"] for call in one["calls"]),
            "completion_tokens": sum(call["token_usage"]["output_tokens"] for call in one["calls"]),
            "raw_output": one["generated_result"]["generated_answer"],
        }
        for at, (row, one) in enumerate(zip(rows, predicted, strict=True), 1)
    ]  # fmt: skip
    summed = {key: sum(one[key] for one in listed) for key in ("prompt_tokens", "completion_tokens", "cost")}
    performance = sum(one["score"] for one in listed) / len(listed)
    return {"performance": performance, "time_taken": 0.0, **summed, "counts": len(listed), "records": listed}


def export(folder: Path, rows: list[dict[str, Any]], recorded: Dataset, policy: PerSignature, rates: Any) -> None:
    odd = [row for row in rows if is_odd(row["id"])]
    predicted = list(predictions(odd, {row.id: row for row in recorded.rows}, policy))
    config = {"pipeline_params": {"router_name": "scrimp", "models": list(rates)}}
    cost = {
        model: {"input_token_price_per_million": into, "output_token_price_per_million": out}
        for model, (into, out) in rates.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("routerarena", predicted),
        ("config", config),
        ("cost", cost),
        ("records", records(odd, predicted)),
    ):
        (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{len(predicted)} predictions written to {folder}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--target", type=float, default=0.98)
    parser.add_argument("--export", type=Path)
    given = parser.parse_args()
    rows, rates = list(mix(given.directory)), prices(given.directory)
    recorded = dataset(rows, rates)
    found = trade_off(recorded, report_all=False, pairs=None, target=given.target).per_task
    assert found is not None
    for task in found.tasks:
        print(line(task.signature, task.measured, policy_name(task.policy)))
    print(line("together", found.together))

    def listing(members: Any) -> tuple[GatedPolicy, ...]:
        return shortlist(members, recorded.pool, FLAGSHIP).order

    for target in (0.95, 0.97, given.target):
        claim = certify_mixture(recorded.rows, listing, FLAGSHIP, target, 0.025).claims[0]  # as a first look does
        print(line(f"at {target:.1%}", claim.measured, f"certified {claim.bound:.1%}" if claim.certified else "not"))
        print(line("  all rows", measure(claim.policy, recorded.rows, FLAGSHIP)))
    if given.export is not None:
        policy = PerSignature({task.signature: task.policy for task in found.tasks}, Always(FLAGSHIP))
        export(given.export, rows, recorded, policy, rates)
    return 0


if __name__ == "__main__":
    sys.exit(main())
