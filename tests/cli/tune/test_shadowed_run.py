from __future__ import annotations

import json

import recordings
from command import Scrimp

SHADOW = '[shadow]\nshare = "100%"\nmax_cost = 0.5\n'


def test_a_run_puts_a_share_of_its_calls_to_other_models_beside_its_bill(recorded: Scrimp) -> None:
    recorded.config(recordings.CONFIG + SHADOW)
    ran = recorded("run", "p.jsonl", "--limit", "20", "--summary-file", "bill.json")
    again = recorded("run", "p.jsonl", "--limit", "20")
    bill = json.loads((recorded.cwd / "bill.json").read_bytes())
    found = recordings.entries(recorded, "SELECT model, route, count(*) FROM entries GROUP BY 1, 2 ORDER BY 1")

    assert ran.status == 0
    assert found == [("claude-large", "shadow", 20), ("gemini-tiny", "shadow", 20), ("gpt-tiny", None, 20)]
    assert bill["calls"]["total"] == 20
    assert ran.err.count("shadow: 20 prompts also sent to") == 1
    assert "beside the run's bill (cap $0.50)" in ran.err
    # What comes from the cache is not a call.
    assert "shadow:" not in again.err
    assert len(recordings.entries(recorded, "SELECT key FROM replies")) == 60
    assert json.loads(recorded("tune", "replay", "--report", "all", "--json").out)["rows"] == 20


def test_samples_of_a_prompt_are_shadowed_as_one_prompt(recorded: Scrimp) -> None:
    recorded.config(recordings.CONFIG + SHADOW)
    ran = recorded("run", "p.jsonl", "--limit", "5", "--samples", "3", "--cache", "off")
    found = recordings.entries(
        recorded, "SELECT model, count(*) FROM entries WHERE route = 'shadow' GROUP BY 1 ORDER BY 1"
    )

    assert len(ran.rows) == 15
    assert found == [("claude-large", 5), ("gemini-tiny", 5)]
    assert len(recordings.entries(recorded, "SELECT key FROM replies")) == 15


def test_a_shadow_keeps_to_its_own_cap_and_leaves_the_status_alone(recorded: Scrimp) -> None:
    recorded.config(recordings.CONFIG + SHADOW.replace("0.5", "0.0001"))
    ran = recorded("run", "p.jsonl", "--limit", "20", "--max-output", "5")
    (spent,) = recordings.entries(recorded, "SELECT sum(cost_nano) FROM entries WHERE route = 'shadow'")[0]

    assert (ran.status, len(ran.rows)) == (0, 20)
    assert 0 < spent <= 100_000
    assert "(cap $0.0001); stopped before the cap of $0.0001 was passed\n" in ran.err


def test_a_run_that_was_stopped_is_not_shadowed(recorded: Scrimp) -> None:
    recorded.config(recordings.CONFIG + SHADOW)
    ran = recorded("run", "p.jsonl", "--max-cost", "0.0005", "--max-output", "5")

    assert ran.status == 5
    assert recordings.entries(recorded, "SELECT count(*) FROM entries WHERE route = 'shadow'") == [(0,)]


def test_a_shadow_of_nobody_is_said_and_the_run_goes_on(recorded: Scrimp) -> None:
    recorded.config(recordings.CONFIG + SHADOW + 'models = ["nobody/at-all"]\n')
    ran = recorded("run", "p.jsonl", "--limit", "3")

    assert (ran.status, len(ran.rows)) == (0, 3)
    assert ran.err.count("[shadow] is not used") == 1


def test_a_share_that_is_none_is_named(recorded: Scrimp) -> None:
    recorded.config('[shadow]\nshare = "3"\n')
    ran = recorded("run", "p.jsonl", "--limit", "1")

    assert ran.status == 2
    assert "shadow: share '3' is not a percentage" in ran.err
