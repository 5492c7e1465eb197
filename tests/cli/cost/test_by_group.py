from __future__ import annotations

import json
import re
from contextlib import closing
from decimal import Decimal

import pytest
from msgspec.structs import replace

from command import Scrimp
from fake_provider import FakeProvider, completion
from outcomes import entry
from scrimp.store.ledger import Ledger
from scrimp.values import Entry
from terminal import at_terminal, without_styles


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", '{"text": "hello"}\n')
    return scrimp


def test_the_ledger_is_grouped_by_every_word_that_the_help_names(ready: Scrimp) -> None:
    assert ready("run", "rows.jsonl", "--tag", "NAME=x").status == 0
    help_text = " ".join(ready("cost", "--help").out.split())
    listed = re.search(r"group by: (.*?)\.", help_text)
    assert listed is not None
    words = re.split(r", | or ", listed[1])

    assert {"model", "task", "signature", "tag:NAME"} <= set(words)
    for word in words:
        ran = ready("cost", "--by", word, "--json")
        assert (ran.status, ran.err) == (0, "")
        (total,) = json.loads(ran.out)
        assert (total["calls"], isinstance(total[word], str)) == (1, True)


def test_task_and_signature_are_two_words_for_one_group(ready: Scrimp) -> None:
    ready("run", "rows.jsonl")
    (task,), (signature,) = (json.loads(ready("cost", "--by", word, "--json").out) for word in ("task", "signature"))

    assert task["task"] == signature["signature"] != "-"


def test_a_word_that_is_not_a_group_is_refused_with_those_that_are(ready: Scrimp) -> None:
    ran = ready("cost", "--by", "color")

    assert ran.status == 2
    assert "cannot group by 'color': use model, arm, provider" in ran.err
    assert "or tag:NAME" in ran.err


def test_what_calls_of_unknown_price_cost_is_unknown_and_never_zero(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", '{"text": "hello"}\n{"text": "bye"}\n')
    unpriced = scrimp("run", "rows.jsonl", "--model", "fake/other", "--user", "ann")
    scrimp("run", "rows.jsonl", "--limit", "1", "--user", "ann")
    assert unpriced.status == 0

    costs = {total["model"]: total["cost_usd"] for total in json.loads(scrimp("cost", "--json").out)}
    assert costs["fake/other"] is None
    assert costs["fake/test-model"] > 0

    lines = scrimp("cost").out.splitlines()
    assert "unknown" in next(line for line in lines if line.startswith("fake/other"))
    assert re.fullmatch(r"total at least \$[\d.]+, without 2 calls of unknown cost", lines[-1])

    (ann,) = json.loads(scrimp("cost", "--by", "user", "--json").out)
    assert (ann["cost_usd"], ann["unpriced"]) == (costs["fake/test-model"], 2)
    assert re.search(r"^ann .*\$[\d.]+\+", scrimp("cost", "--by", "user").out, re.MULTILINE)


def sent(ready: Scrimp, *entries: Entry) -> None:
    """Put calls into the ledger."""
    ledger = Ledger(ready.home / "ledger.db")
    ledger.append(entries)
    ledger.close()


@pytest.mark.parametrize(
    ("calls", "cell", "dollars", "total"),
    [
        (["paid 0.25"], "$0.25", 0.25, None),
        (["failed 0"], "$0", 0, None),
        (["lost"], "unknown", None, "total unknown, without 1 lost call that may have been billed"),
        (["paid"], "unknown", None, "total unknown, without 1 call of unknown cost"),
        (["failed 0", "lost"], "unknown", None, "total unknown, without 1 lost call that may have been billed"),
        (
            ["paid 0.25", "lost"], "$0.25+", 0.25,
            "total at least $0.25, without 1 lost call that may have been billed",
        ),
        (["paid 0", "paid"], "unknown", None, "total unknown, without 1 call of unknown cost"),
        (
            ["paid 0.25", "truncated", "lost", "lost", "failed 0"], "$0.25+", 0.25,
            "total at least $0.25, without 1 call of unknown cost and 2 lost calls that may have been billed",
        ),
    ],
)  # fmt: skip
def test_what_may_have_been_billed_is_never_zero_and_the_total_says_at_least(
    ready: Scrimp, calls: list[str], cell: str, dollars: float | None, total: str | None
) -> None:
    made = []
    for number, (status, _, cost) in enumerate(call.partition(" ") for call in calls):
        made.append(replace(entry("fake/m", cost or None, status), call=f"c{number}"))  # type: ignore[arg-type]  # one of the statuses
    sent(ready, *made)

    head, row, *rest = ready("cost").out.splitlines()
    assert re.split(" {2,}", row)[re.split(" {2,}", head).index("cost")] == cell
    assert rest == ([] if total is None else [total])
    (found,) = json.loads(ready("cost", "--json").out)
    assert (found["cost_usd"], found["at_least"]) == (dollars, total is not None)


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_the_table_fits_the_screen_and_leaves_out_only_what_says_nothing(
    ready: Scrimp, provider: FakeProvider, columns: int
) -> None:
    usage = {"prompt_tokens": 12_345_678, "completion_tokens": 1_234_567, "total_tokens": 13_580_245}
    provider.answer = lambda body: completion("x", model=body["model"], usage=usage)
    ready("run", "rows.jsonl")
    ready("run", "rows.jsonl", "--model", "fake/a-name-of-more-than-usual-length")
    lines = without_styles(at_terminal(ready, "cost", columns=columns)).splitlines()

    assert max(map(len, lines)) <= columns
    assert lines[0].split()[0:2] == ["model", "calls"]
    assert "cost" in lines[0]
    assert "unpriced" in lines[0]
    assert "failed" not in lines[0]
    assert ("tokens" in lines[0]) == (columns > 40)
    assert ready("cost").out.split()[:9] == [
        "model",
        "calls",
        "failed",
        "lost",
        "tokens",
        "in",
        "out",
        "cost",
        "unpriced",
    ]


def test_amounts_below_a_nanodollar_add_up_in_rows_bill_and_ledger(scrimp: Scrimp, provider: FakeProvider) -> None:
    # 10 tokens in and 2 out: 10 * $0.03125 + 2 * $0.025 a million are 362.5 nanodollars.
    scrimp.provider(provider.url)
    config = (scrimp.home / "config.toml").read_text()
    scrimp.config(config.replace("input = 1.0, output = 10.0", "input = 0.03125, output = 0.025"))
    scrimp.file("rows.jsonl", "".join(f'{{"text": "hello {n}"}}\n' for n in range(200)))
    ran = scrimp("run", "rows.jsonl", "--summary-file", "bill.json", "--max-cost", "0.1")
    exact = {"parse_float": Decimal}
    bill = json.loads((scrimp.cwd / "bill.json").read_text(), **exact)
    (total,) = json.loads(scrimp("cost", "--json").out, **exact)
    (listed,) = json.loads(scrimp("runs", "list", "--json").out, **exact)

    assert {json.loads(line, **exact)["cost_usd"] for line in ran.out.splitlines()} == {Decimal("0.0000003625")}
    assert bill["cost_usd"] == total["cost_usd"] == listed["cost_usd"] == Decimal("0.0000725")


def test_json_at_a_terminal_has_no_control_character_of_a_name(ready: Scrimp) -> None:
    ready("run", "rows.jsonl", "--user", "ann\u009b31m\u009d0;x")
    shown = at_terminal(ready, "cost", "--by", "user", "--json")

    assert '"user":' in shown
    assert not set(shown) & {chr(code) for code in range(0x80, 0xA0)}
    assert json.loads(ready("cost", "--by", "user", "--json").out)[0]["user"] == "ann\u009b31m\u009d0;x"


def test_of_many_groups_a_table_has_the_most_expensive_and_a_line_for_the_others(ready: Scrimp) -> None:
    calls = [
        replace(
            entry(), call=f"c{n}", user=f"u{n:03}", tags={"team": f"t{n % 7}"} if n % 7 else {}, cost=Decimal(n) / 8
        )
        for n in range(300)
    ]
    with closing(Ledger(ready.home / "ledger.db")) as ledger:
        ledger.append(calls)
    table = ready("cost", "--by", "user").out.splitlines()
    documents = json.loads(ready("cost", "--by", "user", "--json").out)
    cut_short = ready("cost", "--by", "user", "--csv", "--limit", "3")
    csv = cut_short.out.splitlines()
    teams = json.loads(ready("cost", "--by", "tag:team", "--json").out)

    assert (len(table), table[1].split()[0]) == (103, "u299")
    assert table[-2].split() == ["200", "others", "200", "0", "0", *table[-2].split()[5:7], "$2,487.50"]
    assert table[-1] == "total $5,606.25"  # (0 + 299) * 300 / 2 / 8
    assert [document["user"] for document in documents] == [f"u{n:03}" for n in reversed(range(300))]
    assert abs(sum(document["share_of_cost"] for document in documents) - 1) < 1e-3
    assert (cut_short.err, [line.partition(",")[0] for line in csv]) == ("", ["user", "u299", "u298", "u297"])
    assert min((team["tag:team"], team["calls"]) for team in teams) == ("-", 43)
    plot = ready("cost", "--by", "user", "--plot").out.splitlines()
    assert (len(plot), plot[-2]) == (42, "and 260 others")


@pytest.mark.parametrize("words", [["--by", "day"], ["--html", "-"], ["--follow"]])
def test_a_limit_that_would_have_no_effect_is_refused(ready: Scrimp, words: list[str]) -> None:
    ran = ready("cost", "--limit", "3", *words)

    assert (ran.status, ran.out) == (2, "")
    assert "--limit" in ran.err
