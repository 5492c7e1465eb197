from __future__ import annotations

from scrimp.flows.tune.certificates import certify_dataset, tuned_routes
from scrimp.flows.tune.dataset import Dataset
from scrimp.flows.tune.recorded_rows import RecordedRows
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow


def _row(number: int, *, task: str, kind: str) -> RecordedRow:
    cheap, top = RecordedAnswer(asserted="1", cost=0.1), RecordedAnswer(asserted="1", cost=10.0)
    said = {"gpt-tiny": cheap, "gemini-tiny": cheap, "claude-large": top}
    return RecordedRow(id=f"{task}-{number}", answers=said, signature=task, kind=kind)


def test_every_task_of_a_claim_gets_its_route_with_the_evidence() -> None:
    rows = [_row(number, task=f"task {number % 2}", kind="mathematics") for number in range(400)]
    certificate = certify_dataset(Dataset(RecordedRows(rows, {})), 0.95, 0.05)
    routes = list(tuned_routes(certificate, 1_795_000_000.0, pooled=True))

    assert list(tuned_routes(certificate, 1_795_000_000.0)) == []  # each alone has too few pairs
    assert sorted(route.signature for route in routes) == ["task 0", "task 1"]
    for route in routes:
        assert (route.flagship, route.target, route.certified) == ("claude-large", 0.95, "2026-11-18T11:06:40Z")
        assert route.bound >= 0.95
