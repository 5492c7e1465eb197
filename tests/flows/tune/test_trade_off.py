from __future__ import annotations

from scrimp.flows.tune.dataset import Dataset
from scrimp.flows.tune.recorded_rows import RecordedRows
from scrimp.flows.tune.trade_off import trade_off
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow


def recording(*, top_right: bool) -> Dataset:
    """A cheap model that is right where it is surer than a half, and a dear one that is always right, or as it."""
    rows = []
    for number in range(200):
        sure = (number % 10) / 10 + 0.05
        right = float(sure > 0.5)
        said = {
            "cheap": RecordedAnswer(score=right, confidence=sure, cost=0.1),
            "dear": RecordedAnswer(score=1.0 if top_right else right, confidence=0.9, cost=1.0),
        }
        rows.append(RecordedRow(id=str(number), answers=said, signature="task", kind="question"))
    return Dataset(RecordedRows(rows, {}), flagship="dear", pool=["cheap"])


def test_confidence_that_tells_right_from_wrong_is_worth_the_whole_gap() -> None:
    cheap, dear = trade_off(recording(top_right=True), report_all=True, pairs=None).signals

    assert (cheap.model, cheap.reliability.auroc, cheap.reliability.accuracy) == ("cheap", 1.0, 0.5)
    assert cheap.recovered is not None
    assert cheap.recovered.apgr == cheap.recovered.best > cheap.recovered.random
    assert [gain.least_sure for gain in cheap.escalations] == [0.6, 0.7, 0.8, 1.0, 1.0]
    assert all(gain.least_sure > gain.random for gain in cheap.escalations)
    assert (dear.model, dear.recovered, dear.escalations) == ("dear", None, ())


def test_a_flagship_that_is_no_better_makes_no_curve() -> None:
    found = trade_off(recording(top_right=False), report_all=True, pairs=None)

    assert found.signals[0].escalations == ()
    assert all(order.recovered is None for order in found.orders)
