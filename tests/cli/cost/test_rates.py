from __future__ import annotations

import csv
import io
import json
from contextlib import closing

import pytest
from msgspec.structs import replace

from command import Scrimp
from fake_provider import FakeProvider, echo, error
from outcomes import entry
from scrimp.store.ledger import Ledger
from scrimp.values import Entry
from terminal import at_terminal, without_styles


def keep(scrimp: Scrimp, *calls: Entry) -> None:
    with closing(Ledger(scrimp.home / "ledger.db")) as ledger:
        ledger.append([replace(call, call=f"c{number}") for number, call in enumerate(calls)])


def test_rows_retries_and_errors_are_those_of_a_run_that_was_refused_once(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    refused = set[str]()

    def refuse_once(body: dict[str, object]) -> object:
        text = json.dumps(body["messages"])
        first = "hello 1" in text and text not in refused
        refused.add(text)
        return error(503) if first else echo(body)

    provider.answer = refuse_once  # type: ignore[assignment]  # of the same kind
    scrimp.file("rows.jsonl", "".join(f'{{"text": "hello {number}"}}\n' for number in range(3)))
    assert scrimp("run", "rows.jsonl", "--user", "ada").status == 0
    (ada,) = json.loads(scrimp("cost", "--by", "user", "--json").out)

    assert (ada["calls"], ada["failed"], ada["rows"], ada["retries"]) == (4, 1, 3, 1)
    assert (ada["error_rate"], ada["retry_rate"]) == (0.25, 0.25)
    assert ada["cost_per_1000_rows_usd"] == pytest.approx(ada["cost_usd"] * 1000 / 3)
    assert ada["cost_per_call_usd"] == pytest.approx(ada["cost_usd"] / 3)
    shown = scrimp("cost", "--by", "user", "--rates").out.splitlines()
    assert {"calls", "errors", "retries", "p95"} <= set(shown[0].split())
    assert "25.0 %" in shown[1]


def test_the_flagship_is_the_baseline_and_what_tier_high_alone_has(scrimp: Scrimp) -> None:
    scrimp.config(
        '[providers.p]\ndialect = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nkey_env = ""\n[tiers]\n'
        'simple = ["p/small", "p/both"]\nmedium = ["p/both"]\nhigh = ["p/large", "p/both"]\n'
        '[defaults]\nbaseline = "p/named"\n'
    )
    keep(
        scrimp, entry("p/small", "0.25"), entry("p/both", "0.25"), entry("p/large", "0.75"), entry("p/named", "0.75")
    )  # fmt: skip
    shares = {each["flagship"]: each for each in json.loads(scrimp("cost", "--by", "flagship", "--json").out)}

    assert (shares["flagship"]["share_of_calls"], shares["flagship"]["share_of_cost"]) == (0.5, 0.75)
    assert (shares["others"]["calls"], shares["others"]["share_of_cost"]) == (2, 0.25)
    last = scrimp("cost", "--rates").out.splitlines()[-1]
    assert last == "flagship (p/named and 1 other): 50 % of the calls and 75 % of the dollars"


def test_efforts_of_a_model_are_not_added_up_without_a_word(scrimp: Scrimp) -> None:
    calls = [replace(entry("p/a"), effort=effort) for effort in ("low", "high", "high")]
    keep(scrimp, *calls, entry("p/b"))
    ran = scrimp("cost")

    assert ran.err == "scrimp: p/a has calls at several efforts, added up here: --by arm shows them apart\n"
    assert [each["efforts"] for each in json.loads(scrimp("cost", "--json").out)] == [["high", "low"], [None]]
    assert scrimp("cost", "--by", "arm").err == ""


def test_csv_has_the_fields_and_the_digits_of_the_json(scrimp: Scrimp) -> None:
    keep(scrimp, entry('p/"a",\nb', "0.000000000001"), entry("p/b", None), entry("p/c", "3", "lost"))
    as_json = json.loads(scrimp("cost", "--json").out, parse_float=str)
    rows = list(csv.DictReader(io.StringIO(scrimp("cost", "--csv").out, newline="")))

    assert [list(row) for row in rows] == [list(each) for each in as_json]
    assert [row["model"] for row in rows] == [each["model"] for each in as_json]
    assert {row["model"]: row["cost_usd"] for row in rows}['p/"a",\nb'] == "0.000000000001"
    assert next(row for row in rows if row["model"] == "p/b")["cost_usd"] == ""


@pytest.mark.parametrize(
    ("zone", "hours", "days"),
    [
        ("utc", ["2026-10-25 00:00", "2026-10-25 01:00"], ["2026-10-25"]),
        ("Europe/Berlin", ["2026-10-25 02:00+0200", "2026-10-25 02:00+0100"], ["2026-10-25"]),
        ("America/St_Johns", ["2026-10-24 21:00-0230", "2026-10-24 22:00-0230"], ["2026-10-24"]),
        ("local", ["2026-10-25 09:00+0900", "2026-10-25 10:00+0900"], ["2026-10-25"]),
    ],
)
def test_hours_and_days_are_those_of_the_zone_that_is_named(
    scrimp: Scrimp, zone: str, hours: list[str], days: list[str]
) -> None:
    scrimp.env["TZ"] = "Asia/Tokyo"
    keep(scrimp, *(replace(entry("p/a"), time=1_792_886_400.0 + seconds) for seconds in (600, 4200)))

    run = scrimp.process if zone == "local" else scrimp  # a fork keeps the zone of what it was forked from
    found = [each["hour"] for each in json.loads(run("cost", "--by", "hour", "--zone", zone, "--json").out)]
    drawn = run("cost", "--by", "hour", "--zone", zone, "--plot").out.splitlines()
    assert found == hours == [line.partition("  ")[0] for line in drawn[:2]]  # in the order of time
    ran = run("cost", "--by", "day", "--zone", zone)
    assert ran.out.startswith(f"day ({zone})")
    assert [line.split()[0] for line in ran.out.splitlines()[1 : len(days) + 1]] == days


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--zone", "Mars"], "Mars is not a time zone"),
        (["--json", "--csv"], "--json and --csv show the same in two ways"),
        (["--plot", "--follow"], "--plot and --follow show the same in two ways"),
    ],
)
def test_what_cannot_be_meant_is_refused(scrimp: Scrimp, words: list[str], said: str) -> None:
    ran = scrimp("cost", *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_rates_fit_the_screen(scrimp: Scrimp, columns: int) -> None:
    keep(scrimp, *(replace(entry(f"provider/model-{n}", "1234.5"), escalated=True, attempt=0) for n in range(3)))
    lines = without_styles(at_terminal(scrimp, "cost", "--rates", columns=columns)).splitlines()

    assert max(map(len, lines)) <= columns
    assert {"calls", "cost"} <= set(lines[0].split())


def test_very_many_lost_calls_are_not_priced_one_by_one(scrimp: Scrimp) -> None:
    scrimp.config('[models."p/a"]\nprice = { input = 1.0, output = 1.0 }\n')
    lost = replace(entry("p/a", None, "lost"), most_input=1000, most_output=10)
    keep(scrimp, *[lost] * 2)
    (few,) = json.loads(scrimp("cost", "--json").out)
    with closing(Ledger(scrimp.home / "ledger.db")) as ledger:
        ledger.append([replace(lost, call=f"more {number}") for number in range(5000)])
    (many,) = json.loads(scrimp("cost", "--json").out)

    assert few["lost_at_most_usd"] == pytest.approx(0.00202)
    assert (many["lost"], many["lost_at_most_usd"]) == (5002, None)
    assert "at most" not in scrimp("cost").out
