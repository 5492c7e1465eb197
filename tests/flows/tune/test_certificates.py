from __future__ import annotations

from pathlib import Path

import pytest

from scrimp.config.paths import paths_of
from scrimp.config.sources.load import load
from scrimp.flows.services import Services
from scrimp.flows.tune.certificates import certify_dataset, tuned_routes
from scrimp.flows.tune.dataset import Dataset
from scrimp.flows.tune.recorded_rows import RecordedRows
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow


def services(tmp_path: Path) -> Services:
    paths = paths_of({"SCRIMP_HOME": str(tmp_path)})
    config = load(env={}, cwd=tmp_path, paths=paths, flags={})
    return Services(config, paths, env={}, warn=lambda _: None, note=lambda _: None)


def _row(number: int, *, task: str, kind: str) -> RecordedRow:
    cheap, top = RecordedAnswer(asserted="1", cost=0.1), RecordedAnswer(asserted="1", cost=10.0)
    said = {"gpt-tiny": cheap, "gemini-tiny": cheap, "claude-large": top}
    return RecordedRow(id=f"{task}-{number}", answers=said, signature=task, kind=kind)


def test_every_task_of_a_claim_gets_its_route_with_the_evidence(tmp_path: Path) -> None:
    rows = [_row(number, task=f"task {number % 2}", kind="mathematics") for number in range(400)]
    certificate = certify_dataset(Dataset(RecordedRows(rows, {})), 0.95, 0.05, services(tmp_path))
    routes = list(tuned_routes(certificate, rows, 1_795_000_000.0, pooled=True))

    assert list(tuned_routes(certificate, rows, 1_795_000_000.0)) == []  # each alone has too few pairs
    assert sorted(route.signature for route in routes) == ["task 0", "task 1"]
    for route in routes:
        assert (route.flagship, route.target, route.certified) == ("claude-large", 0.95, "2026-11-18T11:06:40Z")
        assert route.bound >= 0.95


def test_a_look_at_more_rows_takes_less_of_the_risk_and_one_at_the_same_rows_nothing(tmp_path: Path) -> None:
    at = services(tmp_path)

    def risk(rows: int) -> float:
        found = [_row(number, task="a", kind="mathematics") for number in range(rows)]
        return certify_dataset(Dataset(RecordedRows(found, {})), 0.95, 0.05, at).claims[0].risk

    assert [risk(100), risk(100), risk(120), risk(140), risk(100)] == pytest.approx(
        [0.05 / 2, 0.05 / 2, 0.05 / 6, 0.05 / 12, 0.05 / 2]
    )
