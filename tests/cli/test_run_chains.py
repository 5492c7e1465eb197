"""Chains and rules as the installed program takes them, with a provider faked at the wire."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from command import Ran, Scrimp, provider_table, wait_until
from fake_provider import FakeProvider, Reply, completion, error, fake_provider

# Dollars a million tokens, in and out; every call is ten tokens in and two out.
PRICES = {"a": 1, "b": 2, "j": 3, "top": 20}
CONFIG = """
[defaults]
retries = 0
progress = "none"
[providers.fake]
dialect = "openai"
flavour = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
[tiers]
simple = ["fake/a"]
medium = ["fake/b"]
high = ["fake/top"]
{prices}
{more}
"""
LONE = '[chains.c]\nsteps = ["simple", "high"]\n'
THREE = '[chains.c]\nsteps = ["fake/a", "fake/b", "fake/top"]\n'


class House:
    """A provider with four models, and what each says."""

    def __init__(self, scrimp: Scrimp, provider: FakeProvider) -> None:
        self.scrimp, self.provider = scrimp, provider
        self.says: dict[str, Callable[[dict[str, Any]], Reply]] = {}
        provider.answer = lambda body: self.says[body["model"]](body)
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"

    def config(self, more: str) -> None:
        prices = "".join(
            f'[models."fake/{model}"]\nprice = {{ input = {rate}, output = {rate} }}\n'
            for model, rate in PRICES.items()
        )
        self.scrimp.config(CONFIG.format(url=self.provider.url, prices=prices, more=more))

    def say(self, **replies: str) -> None:
        for model, text in replies.items():
            self.says[model] = lambda body, text=text: completion(text, model=body["model"])

    def run(self, *words: str, prompts: int = 1) -> Ran:
        lines = [json.dumps({"text": f"How many geese are {number}?"}) + "\n" for number in range(prompts)]
        self.scrimp.file("rows.jsonl", "".join(lines))
        return self.scrimp("run", "rows.jsonl", *words)

    @property
    def called(self) -> list[str]:
        return [body["model"] for body in self.provider.bodies]

    @property
    def paid(self) -> Decimal:
        """What the ledger says was paid, in dollars."""
        (total,) = json.loads(self.scrimp("cost", "--json", "--by", "chain").out)
        return Decimal(str(total["cost_usd"]))


@pytest.fixture
def house(scrimp: Scrimp) -> Iterator[House]:
    with fake_provider() as provider:
        yield House(scrimp, provider)


def dollars(*models: str) -> Decimal:
    """What these calls cost."""
    return sum((12 * Decimal(PRICES[model]) for model in models), Decimal(0)) / 1_000_000


def cost(row: dict[str, Any]) -> Decimal:
    return Decimal(str(row["cost_usd"]))


def climb(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["step"], each["why"]) for each in row["climb"]]


def test_a_lone_cheap_model_is_asked_twice_and_believed_where_it_says_the_same(house: House) -> None:
    house.config(LONE)
    house.say(a="18")
    ran = house.run("--chain", "c")

    (row,) = ran.rows
    assert (ran.status, house.called, row["output"]) == (0, ["a", "a"], "18"), ran.err
    assert len({body["messages"][-1]["content"] for body in house.provider.bodies}) == 2
    assert (row["escalated"], row["confidence"], row["why"]) == (False, 1.0, "agreement")
    assert climb(row) == [("simple", "says the same when asked in other words"), ("simple", "agreement")]
    assert cost(row) == house.paid == dollars("a", "a")


def test_a_lone_cheap_model_that_contradicts_itself_goes_up(house: House) -> None:
    house.config(LONE)
    house.say(top="20")
    house.says["a"] = lambda body: completion(str(len(house.called)), model="a")
    (row,) = house.run("--chain", "c").rows

    assert (house.called, row["output"], row["escalated"]) == (["a", "a", "top"], "20", True)
    assert [why for _, why in climb(row)] == [
        "no other completion to agree with yet", "no other completion says the same", "last step",
    ]  # fmt: skip
    assert cost(row) == house.paid == dollars("a", "a", "top")


@pytest.mark.parametrize("parallel", [False, True])
def test_two_cheap_models_that_agree_have_not_escalated_the_row(house: House, parallel: bool) -> None:
    house.config(THREE.replace("c]\n", f"c]\nparallel = {str(parallel).lower()}\n"))
    house.say(a="18", top="20")
    house.says["b"] = lambda body: completion("18" if "are 0" in str(body) else "19", model="b")
    ran = house.run("--chain", "c", "--summary-file", "bill.json", prompts=2)
    again = house.run("--chain", "c", "--summary-file", "again.json", prompts=2)
    rows, without = (
        json.loads((house.scrimp.cwd / name).read_text(encoding="utf-8"))["rows"]
        for name in ("bill.json", "again.json")
    )

    assert [(row["output"], row["escalated"]) for row in ran.rows] == [("18", False), ("20", True)]
    assert "Escalated: 1 of 2 rows of chains (50 %)." in ran.err
    assert (rows["chained"], rows["escalated"]) == (2, 1)
    assert (without["hit"], without["chained"], without["escalated"]) == (2, 0, 0)
    assert "Escalated" not in again.err


@pytest.mark.parametrize("again", [error(400, "bad"), error(500), completion("", finish="length")])
def test_a_second_wording_that_fails_fails_no_row(house: House, again: Reply) -> None:
    house.config(LONE)
    house.say(top="20")
    house.says["a"] = lambda _: completion("18", model="a") if len(house.called) == 1 else again
    ran = house.run("--chain", "c")

    (row,) = ran.rows
    assert (ran.status, row["output"], house.called) == (0, "20", ["a", "a", "top"]), ran.err


def test_the_first_two_steps_are_called_at_once_and_both_are_booked(house: House) -> None:
    asked = threading.Event()

    def second(_: dict[str, Any]) -> Reply:
        asked.set()
        return completion("18", model="b")

    # The first step answers only when the second has been asked.
    house.says["a"] = lambda _: completion("18", model="a") if asked.wait(100) else error(400, "alone")
    with fake_provider(second) as other:
        house.config(
            f"{provider_table(other.url, 'other')}"
            '[models."other/b"]\nprice = { input = 2, output = 2 }\n'
            '[chains.c]\nsteps = ["fake/a", "other/b", "fake/top"]\nparallel = true\n'
        )
        (row,) = house.run("--chain", "c").rows

    assert (house.called, row["output"], row["why"], row["confidence"]) == (["a"], "18", "agreement", 1.0)
    assert cost(row) == house.paid == dollars("a", "b")


def test_a_call_that_was_made_at_once_and_not_needed_is_in_the_row_and_in_the_bill(house: House) -> None:
    house.config(THREE + "parallel = true\n")
    house.say(a="18", b="19", top="20")
    (row,) = house.run("--chain", "c", "--check", "true").rows

    assert climb(row) == [("fake/a", "check"), ("fake/b", "not needed")]
    assert cost(row) == house.paid == dollars("a", "b")


def test_a_row_that_fails_beside_a_call_that_was_not_needed_says_why_it_failed(house: House) -> None:
    house.config(THREE + "parallel = true\n")
    house.say(b="19")
    house.says["a"] = lambda _: completion("1", model="a", finish="length")
    ran = house.run("--chain", "c")

    (row,) = ran.rows
    assert (ran.status, row["status"], row["error"]["kind"]) == (4, "truncated", "too_long"), ran.err
    assert cost(row) == dollars("a", "b")


@pytest.mark.parametrize(
    ("verdicts", "calls", "output", "why"),
    [
        (["right", "right"], ["a", "j", "j"], "18", []),
        (["wrong", "wrong"], ["a", "j", "j", "top"], "20", ["judge 0.00 is below 0.9", "last step"]),
        (
            ["right", "wrong"], ["a", "j", "j", "top"], "20",
            ["the judge contradicts itself, or says neither right nor wrong", "last step"],
        ),
    ],
)  # fmt: skip
def test_a_judge_is_asked_in_both_orders_and_paid_for(
    house: House, verdicts: list[str], calls: list[str], output: str, why: list[str]
) -> None:
    house.config(LONE + 'signal = "judge"\njudge = "fake/j"\n')
    house.say(a="18", top="20")
    house.says["j"] = lambda _: completion(verdicts[house.called.count("j") - 1], model="j")
    (row,) = house.run("--chain", "c").rows

    assert (house.called, row["output"]) == (calls, output)
    assert [each for _, each in climb(row | {"climb": row.get("climb", [])})] == why
    assert cost(row) == house.paid == dollars(*calls)


@pytest.mark.parametrize(("probability", "output"), [(0.97, "18"), (0.4, "20")])
def test_a_decision_is_asked_for_at_its_endpoint_and_paid_as_input(
    house: House, probability: float, output: str
) -> None:
    house.config(LONE + 'signal = "decisions"\njudge = "fake/j"\n')
    house.say(a="18", top="20")
    decision = {
        "model": "j", "answers": [{"type": "predicate", "name": "ok", "probability": probability}],
        "usage": {"input_tokens": 100, "output_tokens": 2},
    }  # fmt: skip
    house.says["j"] = lambda _: (200, {"content-type": "application/json"}, json.dumps(decision).encode())
    (row,) = house.run("--chain", "c").rows

    assert row["output"] == output
    assert house.provider.bodies[1]["input"] == "Q: How many geese are 0?\n\nA: 18"
    decided = Decimal(100 * PRICES["j"]) / 1_000_000
    assert cost(row) == house.paid == decided + dollars(*(model for model in house.called if model != "j"))


def test_decisions_of_a_provider_that_has_none_are_refused_before_anything_is_sent(house: House) -> None:
    house.config(LONE + 'signal = "decisions"\njudge = "anthropic/claude-haiku-5"\n')
    ran = house.run("--chain", "c")

    assert (ran.status, house.called) == (2, [])
    assert "chains.c.judge: anthropic has no decisions endpoint" in ran.err


@pytest.mark.parametrize(("sure", "calls"), [(0.95, ["a"]), (0.5, ["a", "top"]), (None, ["a", "top"])])
def test_a_completion_says_itself_how_sure_it_is(house: House, sure: float | None, calls: list[str]) -> None:
    house.config(LONE + 'signal = "self"\n')
    house.say(a=json.dumps({"n": 18} | ({} if sure is None else {"confidence": sure})), top='{"n": 20}')
    (row,) = house.run("--chain", "c").rows

    assert house.called == calls
    assert row["escalated"] is (len(calls) == 2)


def test_backed_wants_the_first_steps_word(house: House) -> None:
    house.config('[chains.c]\nsteps = ["fake/a", "fake/b", "fake/j", "fake/top"]\nsignal = "backed"\n')
    house.say(a="18", b="19", j="19", top="20")
    (row,) = house.run("--chain", "c").rows

    assert (house.called, row["output"]) == (["a", "b", "j", "top"], "20")


@pytest.mark.parametrize("more", [LONE, THREE + "parallel = true\n", LONE + 'signal = "judge"\njudge = "fake/j"\n'])
def test_the_same_command_again_is_answered_from_the_cache(house: House, more: str) -> None:
    house.config(more)
    house.say(a="18", b="19", j="wrong", top="20")
    first = house.run("--chain", "c", prompts=3)
    calls = len(house.called)
    again = house.run("--chain", "c", prompts=3)

    assert len(house.called) == calls > 3
    assert [row["cache"] for row in again.rows] == ["hit"] * 3
    assert [row["cost_usd"] for row in again.rows] == [0] * 3
    for one, other in zip(first.rows, again.rows, strict=True):
        assert [one.get(name) for name in ("output", "why", "climb")] == [
            other.get(name) for name in ("output", "why", "climb")
        ]


def test_a_task_the_cheap_steps_do_not_pay_for_goes_straight_to_the_last_and_the_row_says_so(house: House) -> None:
    house.config(THREE)
    house.say(a="18", b="19", top="20")
    first = house.run("--chain", "c", "--route", "geese", prompts=40)
    before = len(house.called)
    assert [row["why"] for row in first.rows] == ["last step"] * 40

    later = house.run("--chain", "c", "--route", "geese", prompts=80)
    assert [row["cache"] for row in later.rows[:40]] == ["hit"] * 40  # the key is the same: nothing is paid twice
    new = later.rows[40:]
    straight = [row for row in new if row["why"].startswith("straight to the last step")]
    # One row in twenty climbs all the same; which, the keys decide.
    assert len(straight) > 28
    assert {(row["output"], row["attempts"], cost(row)) for row in straight} == {("20", 1, dollars("top"))}
    calls = Counter(house.called[before:])
    assert (calls["top"], calls["a"], calls["b"]) == (40, 40 - len(straight), 40 - len(straight))


def test_a_task_the_cheap_steps_do_pay_for_climbs_on(house: House) -> None:
    house.config(THREE)
    house.say(a="18", b="18", top="20")
    house.run("--chain", "c", "--route", "geese", prompts=40)
    house.run("--chain", "c", "--route", "geese", prompts=60)

    assert Counter(house.called) == {"a": 60, "b": 60}


def test_a_chain_whose_cheap_steps_are_more_expensive_than_its_last_is_warned_of_once(house: House) -> None:
    house.config('[chains.c]\nsteps = ["fake/j", "fake/top", "fake/b"]\n')
    house.say(j="18", top="18", b="20")
    ran = house.run("--chain", "c", prompts=3)

    assert ran.status == 0
    assert ran.err.count("chain 'c' can hardly save money: what comes before its last step costs 1150 %") == 1


def test_a_run_that_climbs_more_often_than_allowed_stops(house: House) -> None:
    house.config(THREE + 'max_escalation = "25%"\n')
    house.say(a="18", b="19", top="20")
    ran = house.run("--chain", "c", "-j", "2", prompts=120)

    assert ran.status == 5
    assert "rows reached the last step of chain 'c', more than its max_escalation of 25 %" in ran.err
    assert len(ran.rows) >= 50


def test_fewer_than_fifty_rows_never_stop_for_it(house: House) -> None:
    house.config(THREE + 'max_escalation = "25%"\n')
    house.say(a="18", b="19", top="20")

    assert house.run("--chain", "c", prompts=49).status == 0


RULES = """
[[rules]]
route = "billing"
model = "fake/top"
[[rules]]
user = "ann"
priority = "high"
tag = "team=a"
tier = "medium"
[[rules]]
file = "*.md"
match = "tidy"
tier = "simple"
compress = "tidy"
"""


def test_each_rule_that_said_no_says_why_and_the_first_that_holds_decides(house: House) -> None:
    house.config(RULES)
    house.scrimp.file("page.md", "Make this tidy.")
    ran = house.scrimp("route", "page.md", "--format", "text", "--explain", "--user", "ann", "--json")

    (row,) = ran.rows
    assert (row["tier"], row["model"], row["why"]) == ("simple", "fake/a", "rule 3: file *.md, match tidy")
    assert row["rules"] == [
        "rule 1: no, not route billing", "rule 2: no, not tag team=a",
        "rule 3: yes, file *.md, match tidy; to tier simple, compress tidy",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "model", "why"),
    [
        (["--route", "billing"], "fake/top", "rule 1: route billing"),
        (["--user", "ann", "--tag", "team=a", "--priority", "high"], "fake/b",
         "rule 2: tag team=a, user ann, priority high"),
        (["--user", "ann", "--tag", "team=b", "--priority", "high"], "fake/top", "prior: explanation, priority high"),
        (["--priority", "low"], "fake/a", "priority low: the cheapest model"),
        ([], "fake/b", "prior: explanation"),
    ],
)  # fmt: skip
def test_where_a_prompt_goes_is_told_without_a_call(house: House, words: list[str], model: str, why: str) -> None:
    house.config(RULES)
    house.scrimp.file("page.txt", "why?")
    ran = house.scrimp("route", "page.txt", "--format", "text", "--json", *words)

    assert [(row["model"], row["why"]) for row in ran.rows] == [(model, why)], ran.err
    assert house.called == []


def test_where_no_rule_was_asked_that_is_said(house: House) -> None:
    house.config("")
    house.scrimp.file("page.txt", "hi")
    ran = house.scrimp("route", "page.txt", "--format", "text", "--explain", "--tier", "high")

    assert "no rule was checked" in ran.out


def test_the_level_of_a_rule_is_used_for_the_rows_it_matches_and_no_others(house: House) -> None:
    house.config('[[rules]]\nmatch = "zero"\ntier = "simple"\ncompress = "tidy"\n')
    house.say(a="18", b="18", top="18")
    house.scrimp.file("rows.jsonl", '{"text": "translate: zero"}\n{"text": "translate: one"}\n')
    ran = house.scrimp("run", "rows.jsonl")

    assert [row["compressed"]["level"] for row in ran.rows] == ["tidy", "lossless"], ran.err


def test_voters_of_one_family_are_warned_of(house: House) -> None:
    house.config('[chains.c]\nsteps = ["fake/qwen3-8b", "fake/qwen3-32b", "fake/top"]\n')
    ran = house.scrimp("config", "check")

    assert "fake/qwen3-8b and fake/qwen3-32b are of one family (qwen)" in ran.out + ran.err


def test_a_run_that_is_stopped_for_climbing_does_not_call_the_last_step_for_the_rows_that_waited(house: House) -> None:
    house.config(THREE + 'max_escalation = "25%"\n')
    house.say(a="18", b="19", top="20")

    def last(_: dict[str, Any]) -> Reply:
        if house.called.count("top") > 50:  # a row counts once it is on the disk, however slow that is
            wait_until(lambda: house.scrimp.paid_calls()[0] >= 3 * 50)
        return completion("20", model="top")

    house.says["top"] = last
    ran = house.run("--chain", "c", "-j", "2", prompts=200)

    assert ran.status == 5
    assert 50 <= house.called.count("top") < 100
    assert ran.err.count("the run stops if it is still so after 50 rows") == 1
    # What was begun is finished before more is begun, so that little was paid for in vain.
    assert house.called.count("a") - house.called.count("top") < 20


def test_a_chain_is_not_shown_before_it_is_decided(house: House) -> None:
    house.config(THREE + '[[rules]]\nchain = "c"\n')
    house.say(a="18", b="19", top="20")

    assert house.scrimp("ask", "How many geese?").out == "20\n"


def test_the_judge_reads_the_system_text_too(house: House) -> None:
    house.config(LONE + 'signal = "judge"\njudge = "fake/j"\n')
    house.say(a="18", j="right")
    house.run("--chain", "c", "--system", "Count in dozens.")

    assert "Count in dozens." in house.provider.bodies[1]["messages"][-1]["content"]


def test_another_judge_is_another_question(house: House) -> None:
    house.say(a="18", b="right", j="right")
    for judge in ("j", "b", "j"):
        house.config(LONE + f'signal = "judge"\njudge = "fake/{judge}"\n')
        house.run("--chain", "c")

    assert house.called == ["a", "j", "j", "a", "b", "b"]


def test_a_rules_cap_holds_for_its_rows_and_the_others_go_on(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url, more='[[rules]]\nmatch = "^dear"\nmodel = "fake/test-model"\nmax_cost = 0.0005\n')
    prompts = [f"{kind} {n}" for n in range(20) for kind in ("dear", "plain")]
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": prompt}) + "\n" for prompt in prompts))
    ran = scrimp("run", "rows.jsonl", "--max-output", "10")
    dear = [row for row in ran.rows if row["input"]["text"].startswith("dear")]
    plain = [row for row in ran.rows if row["input"]["text"].startswith("plain")]

    assert ran.status == 3
    assert {row["status"] for row in plain} == {"ok"}
    assert {row["status"] for row in dear} == {"ok", "skipped"}
    assert sum(row["cost_usd"] for row in dear) <= 0.0005
    assert "the max_cost of rule 1 0.0005 allows" in next(row["error"]["message"] for row in dear if row["error"])


def test_a_flag_goes_before_a_rules_level_of_compression(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url, more='[[rules]]\nmatch = "kindly"\nmodel = "fake/test-model"\ncompress = "tidy"\n')
    records = [{"name": "bee", "legs": 6}, {"name": "spider", "legs": 8}]
    question, document = "Please kindly tell me: which is the bee?\n\n", json.dumps(records, indent=2)
    prompt = question + document
    scrimp.file("rows.jsonl", json.dumps({"text": prompt}) + "\n")
    ruled = scrimp("run", "rows.jsonl").rows[0]["compressed"]["level"]
    said = scrimp("run", "rows.jsonl", "--compress", "off").rows[0]["compressed"]

    assert (ruled, said) == ("tidy", None)
    assert [body["messages"][0]["content"] for body in provider.bodies] == [
        question + json.dumps(records, separators=(",", ":")), prompt,
    ]  # fmt: skip
