"""Predictions in public forms: everything their scorers ask for, and every call that was paid."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from bench.mixture import FLAGSHIP, dataset, export, mix, prices
from scrimp.tuning.policies import Agree, Always, PerSignature, replay

CHEAP = ("gpt-4o-mini-2024-07-18", "gemini-1.5-flash", "deepseek-v2.5-0908", "Qwen2-72B-Instruct")
POLICY = PerSignature({"gsm": Agree(("gpt-4o-mini", "qwen-72b"))}, Always(FLAGSHIP))


def reply(out: str, right: str) -> dict[str, Any]:
    return {"out": out, "score": int(out == right), "completion_tokens": 10}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, task in (("zeroeval-gsm", "gsm"), ("zeroeval-crux", "crux")):
        rows = []
        for at in range(40):
            models = {model: reply(str(at + (model == CHEAP[at % 5 - 1] and at % 5 > 0)), str(at)) for model in CHEAP}
            models |= {FLAGSHIP: reply(str(at), str(at)), "claude-3-haiku-20240307": reply("no", str(at))}
            rows.append(
                {
                    "id": f"{task}-{at}",
                    "task": task,
                    "prompt": f"{at}?",
                    "prompt_tokens": 5,
                    "gold": at,
                    "models": models,
                }
            )
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    rates = {model: [at + 1, 2 * at + 2, "note"] for at, model in enumerate((*CHEAP, FLAGSHIP))}
    (tmp_path / "prices.json").write_text(json.dumps({"models": rates}), encoding="utf-8")
    return tmp_path


def test_predictions_have_what_public_scorers_ask_for_and_the_price_of_every_call(data: Path, tmp_path: Path) -> None:
    rows, rates = list(mix(data)), prices(data)
    recorded = dataset(rows, rates)
    export(tmp_path / "out", rows, recorded, POLICY, rates)
    files = {name: json.loads((tmp_path / "out" / f"{name}.json").read_text()) for name in
             ("routerarena", "config", "cost", "records")}  # fmt: skip
    by_id = {row.id: row for row in recorded.rows}

    assert set(files["config"]["pipeline_params"]["models"]) == set(files["cost"])
    assert {one["prediction"] for one in files["routerarena"]} == {"qwen-72b", FLAGSHIP}
    for one in files["routerarena"]:
        played = replay(POLICY, by_id[one["global index"]], FLAGSHIP)
        paid = 0.0
        for call in one["calls"]:
            used, rates_of = call["token_usage"], files["cost"][call["model"]]
            paid += used["input_tokens"] * rates_of["input_token_price_per_million"] / 1e6
            paid += used["output_tokens"] * rates_of["output_token_price_per_million"] / 1e6
        assert (one["prediction"], one["accuracy"], one["calls"][-1]["model"]) == (
            played.model,
            played.score,
            played.model,
        )
        assert one["cost"] == pytest.approx(paid) == pytest.approx(played.cost)
        assert {"generated_answer", "success", "token_usage"} <= one["generated_result"].keys()
    assert files["records"]["cost"] == pytest.approx(sum(one["cost"] for one in files["routerarena"]))
    assert files["records"]["counts"] == len(files["routerarena"]) > 0
