"""A share of the rows of certified routes also goes to the flagship."""

from __future__ import annotations

import fcntl
import json
import os
from decimal import Decimal
from typing import Any

import pytest

import recordings
from command import Ran, Scrimp

# A row costs the flagship $0.00012.
WATCHED = '[shadow]\ncertified = "100%"\n'


def run(scrimp: Scrimp, numbers: range, *words: str, config: str = WATCHED) -> Ran:
    scrimp.config(recordings.CONFIG + config)
    recordings.prompts(scrimp, "new.jsonl", numbers)
    return scrimp("run", "new.jsonl", *recordings.TEMPLATE, "--summary-file", "bill.json", *words)


def bill(scrimp: Scrimp) -> dict[str, Any]:
    return dict(json.loads((scrimp.cwd / "bill.json").read_text(encoding="utf-8")))


def shadow_line(scrimp: Scrimp) -> dict[str, Any] | None:
    return next((line for line in bill(scrimp)["lines"] if line["what"] == "quality shadow"), None)


def watching(scrimp: Scrimp) -> list[tuple[str, int]]:
    return recordings.entries(
        scrimp, "SELECT model, count(*) FROM entries WHERE route = 'quality-shadow' GROUP BY model"
    )  # fmt: skip


def test_nothing_is_sent_until_the_line_that_apply_prints_is_in_the_config(gathered: Scrimp) -> None:
    gathered("tune", "label", "--check", recordings.ODD)
    told = gathered("tune", "apply").err
    without = run(gathered, range(200, 230), config="")
    (line,) = [part for part in told.split(": ") if part.startswith('certified = "1%"')]
    asked = run(gathered, range(230, 240), config=f"[shadow]\n{line.partition(' (')[0].replace('1%', '100%')}\n")
    again = gathered("tune", "apply").err

    assert f"add under [shadow] in {gathered.home / 'config.toml'}: certified" in told
    assert "at most $0.50 in 24 hours" in told
    assert "quality shadow" not in without.err
    assert "quality shadow: 8 of 8 rows of certified routes compared with rec/claude-large, 8 the same" in asked.err
    assert "to notice worse answers" not in again


def test_rows_below_the_flagship_go_to_it_too_once_all_rows_are_out_and_are_a_line_of_the_bill(applied: Scrimp) -> None:
    ran = run(applied, range(200, 230))
    order = recordings.entries(
        applied, "SELECT coalesce(route, '-'), chain FROM entries WHERE route IS NULL OR route != 'shadow' ORDER BY id"
    )
    line = shadow_line(applied)
    saved = bill(applied)["baseline"]

    assert [row["status"] for row in ran.rows] == ["ok"] * 30
    assert watching(applied) == [("claude-large", 24)]  # six rows were the flagship's own
    assert [route for route, _ in order] == ["-"] * (len(order) - 24) + ["quality-shadow"] * 24
    assert line is not None
    assert (line["rows"], line["calls"], Decimal(str(line["cost_usd"]))) == (0, 24, 24 * Decimal("0.00012"))
    assert Decimal(str(saved["saved_by_usd"]["quality_shadow"])) == -24 * Decimal("0.00012")
    assert sum(Decimal(str(amount)) for amount in saved["saved_by_usd"].values()) == Decimal(str(saved["saved_usd"]))
    pairs = recordings.entries(
        applied,
        "SELECT count(DISTINCT key), count(*) FROM replies JOIN prompts USING (key) WHERE text LIKE '%is 2__ plus%'",
    )
    tasks = recordings.entries(applied, "SELECT DISTINCT signature FROM prompts")

    assert pairs == [(24, 48)]
    assert tasks == [(recordings.tuned(applied)[0]["signature"],)]


def test_pairs_of_a_task_that_was_found_by_its_template_are_kept_under_its_name(recorded: Scrimp) -> None:
    words = ("p.jsonl", *recordings.TEMPLATE, "--share", "100%", "--limit", "200", "--route", "sums")
    recorded("tune", "shadow", *words)
    recorded("tune", "label", "--check", recordings.ODD)
    recorded("tune", "apply")
    ran = run(recorded, range(200, 210))

    assert "8 of 8 rows of certified routes compared" in ran.err
    assert recordings.entries(recorded, "SELECT signature, count(*) FROM prompts GROUP BY 1") == [("sums", 208)]
    assert recordings.entries(recorded, "SELECT DISTINCT signature FROM entries WHERE route = 'quality-shadow'") == [
        ("sums",)
    ]


def test_rows_of_the_cache_and_rows_that_no_certificate_routes_are_not_compared(applied: Scrimp) -> None:
    run(applied, range(200, 210))
    before = watching(applied)
    cached = run(applied, range(200, 210))
    named = run(applied, range(210, 220), "--model", "rec/gpt-tiny")

    assert "quality shadow" not in cached.err + named.err
    assert watching(applied) == before


@pytest.mark.parametrize("share", ["0%", "30%"])
def test_only_the_share_is_sent(applied: Scrimp, share: str) -> None:
    run(applied, range(200, 300), config=WATCHED.replace("100%", share))
    calls = sum(count for _, count in watching(applied))

    assert (calls == 0) == (share == "0%")
    assert calls < 50


def test_its_cap_is_for_all_runs_of_a_day_and_rows_are_answered_anyway(applied: Scrimp) -> None:
    capped = WATCHED + "certified_max_cost = 0.0013\n"
    first = run(applied, range(200, 230), "--max-output", "4", config=capped)
    second = run(applied, range(230, 260), "--max-output", "4", config=capped)
    ((spent,),) = recordings.entries(applied, "SELECT sum(cost_nano) FROM entries WHERE route = 'quality-shadow'")

    assert [row["status"] for row in (*first.rows, *second.rows)] == ["ok"] * 60
    assert (first.status, second.status) == (0, 0)
    assert 0 < spent <= 1_300_000
    assert "the cap of $0.0013 in 24 hours allows no more" in first.err
    assert "0 of 24 rows of certified routes compared" in second.err
    # A row that was not compared is not a pair.
    assert recordings.entries(applied, "SELECT min(n) FROM (SELECT count(*) AS n FROM replies GROUP BY key)") == [(2,)]


def test_what_the_runs_own_cap_leaves_is_the_most_it_spends(applied: Scrimp) -> None:
    ran = run(applied, range(200, 230), "--max-output", "4", "--max-cost", "0.002")
    total = Decimal(str(bill(applied)["cost_usd"]))

    assert ran.status == 0, ran.err
    assert total <= Decimal("0.002")
    assert 0 < sum(count for _, count in watching(applied)) < 24
    assert "--max-cost was passed" not in ran.err
    assert "; --max-cost allows no more" in ran.err


def test_a_route_whose_answers_get_worse_is_no_longer_used_though_its_models_still_agree(applied: Scrimp) -> None:
    rows = list(recordings.rows(260))
    for number, row in enumerate(rows):
        if number % 10 not in (3, 7):  # where they disagree, they go on disagreeing
            row["models"]["gpt-tiny"]["out"] = row["models"]["gemini-tiny"]["out"] = "4"
    applied.file("recording.jsonl", recordings.text(rows))
    first = run(applied, range(200, 260))
    after = run(applied, range(190, 191), "--cache", "refresh").rows

    assert "compared with rec/claude-large, 0 the same" in first.err
    assert "is no longer used: 0 of the newest 48 rows that were compared assert what rec/claude-large" in first.err
    assert "scrimp tune shadow" in first.err
    assert after[0]["model"] == "claude-large"


def test_a_flagship_without_a_price_is_not_called_whatever_the_run_allows(applied: Scrimp) -> None:
    prices = json.loads((applied.cwd / "prices.json").read_text(encoding="utf-8"))
    del prices["models"]["claude-large"]
    applied.file("prices.json", json.dumps(prices))
    ran = run(applied, range(200, 210), "--allow-unpriced")

    assert "its cap needs a price for rec/claude-large: give it one under [models] in the config" in ran.err
    assert watching(applied) == []


def test_where_the_share_looks_worse_the_newest_of_the_other_rows_are_compared_too(applied: Scrimp) -> None:
    rows = list(recordings.rows(300))
    for row in rows:
        row["models"]["gpt-tiny"]["out"] = row["models"]["gemini-tiny"]["out"] = "4"
    applied.file("recording.jsonl", recordings.text(rows))
    ran = run(applied, range(200, 300), config=WATCHED.replace("100%", "15%"))
    ((compared, newest),) = recordings.entries(
        applied, "SELECT count(*), sum(time > (SELECT max(time) FROM entries WHERE route IS NULL)) FROM route_checks"
    )

    assert newest == 40
    assert 10 <= compared - newest < 40
    assert f"quality shadow: {compared} of {compared} rows of certified routes compared" in ran.err
    assert "is no longer used" in ran.err


def test_one_run_at_a_time_spends_under_the_cap(applied: Scrimp) -> None:
    folder = os.open(applied.home, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # as another run does
        ran = run(applied, range(200, 210))
    finally:
        os.close(folder)

    assert "another run is doing it now" in ran.err
    assert watching(applied) == []
