"""provider/model@effort is understood wherever a model is named, and costs no more for being written so."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import recordings
from command import Scrimp, provider_table
from fake_provider import FakeProvider, Reply, completion
from scrimp.providers.presets import PRESETS

# What each effort thinks, in tokens that are billed and not shown.
THOUGHT = {None: 500, "minimal": 0, "low": 40, "medium": 500, "high": 4000}
MINI, FIVE = "fake/gpt-5-mini", "fake/gpt-5"
RULE = '[[rules]]\nroute = "r"\nmodel = "fake/gpt-5-mini@low"\n'


def thinks(body: dict[str, Any]) -> Reply:
    """Answer with what was sent; every effort bills its own thoughts."""
    effort = body.get("reasoning_effort")
    thought = THOUGHT[effort]
    usage = {
        "prompt_tokens": 10, "completion_tokens": 2 + thought, "total_tokens": 12 + thought,
        "completion_tokens_details": {"reasoning_tokens": thought},
    }  # fmt: skip
    return completion(f"{body['model']} {effort}", model=body["model"], usage=usage)


@pytest.fixture
def arms(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    provider.answer = thinks
    configure(scrimp, provider)
    scrimp.file("p.txt", "one\ntwo\n")
    return scrimp


def configure(scrimp: Scrimp, provider: FakeProvider, more: str = "", *, defaults: str = "") -> None:
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    prices = "".join(
        f'[models."{name}"]\nprice = {{ input = 1.0, output = 10.0 }}\n' for name in (MINI, FIVE, "fake/gpt-4o")
    )
    scrimp.config(f"{defaults}\n{provider_table(provider.url)}{prices}{more}")


def sent(provider: FakeProvider) -> set[tuple[str, str | None]]:
    return {(body["model"], body.get("reasoning_effort")) for body in provider.bodies}


TIERS = '[tiers]\nsimple = ["fake/gpt-5-mini@low"]\nmedium = ["fake/gpt-5-mini@low"]\nhigh = ["fake/gpt-5@high"]\n'
CHAIN = '[chains.c]\nsteps = ["fake/gpt-5-mini@low", "fake/gpt-5@high"]\nmin_confidence = 1.0\nsignal = "agreement"\n'
JUDGED = (
    '[chains.c]\nsteps = ["fake/gpt-5-mini@low", "fake/gpt-5@high"]\nsignal = "judge"\njudge = "fake/gpt-5@medium"\n'
)
# Every place of the config and the command line that names a model: what is written there, and the calls made.
LOW, HIGH, BOTH = ("gpt-5-mini", "low"), ("gpt-5", "high"), "fake/gpt-5-mini@low,fake/gpt-5@high"
PLACES = {
    "ask --model": ("", "", ["ask", "hi", "-m", "fake/gpt-5-mini@low"], {LOW}),
    "run --model": ("", "", ["run", "p.txt", "-m", "fake/gpt-5-mini@low"], {LOW}),
    "run --chain": ("", "", ["run", "p.txt", "--chain", BOTH, "--min-confidence", "1"], {LOW}),
    "--chain of answers": ("", "", ["run", "p.txt", "--chain", BOTH, "--choices", "a,b"], {LOW, HIGH}),
    "defaults.model": ("", '[defaults]\nmodel = "fake/gpt-5-mini@low"', ["run", "p.txt"], {LOW}),
    "tiers": (TIERS, "", ["run", "p.txt", "--tier", "simple"], {LOW}),
    "tier auto": (TIERS, "", ["run", "p.txt"], {LOW}),
    "chains.steps": (CHAIN, "", ["run", "p.txt", "--chain", "c", "--choices", "a,b"], {LOW, HIGH}),
    "chains.judge": (JUDGED, "", ["run", "p.txt", "--chain", "c"], {LOW, HIGH, ("gpt-5", "medium")}),
    "rules.model": (RULE, "", ["run", "p.txt", "--route", "r"], {LOW}),
    "tune shadow": ("", "", ["tune", "shadow", "p.txt", "--share", "100%", "--models", BOTH], {LOW, HIGH}),
    "tune shadow --compress": (
        "", "", ["tune", "shadow", "p.txt", "--share", "100%", "--compress", "tidy", "--models", "fake/gpt-5-mini@low"],
        {LOW},
    ),
    "shadow.models": (
        '[shadow]\nshare = "100%"\nmodels = ["fake/gpt-5-mini@low", "fake/gpt-5@high"]\n', "",
        ["run", "p.txt", "-m", "fake/gpt-5@minimal"], {("gpt-5", "minimal"), LOW, HIGH},
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_every_place_that_takes_a_model_takes_an_arm(arms: Scrimp, provider: FakeProvider, place: str) -> None:
    more, defaults, words, calls = PLACES[place]
    configure(arms, provider, more, defaults=defaults)

    ran = arms(*words)

    assert ran.status in (0, 3, 4), ran.err  # nothing gives one of the labels: what is sent is what is looked at
    assert sent(provider) == calls


def test_the_environment_may_name_an_arm(arms: Scrimp, provider: FakeProvider) -> None:
    arms.env["SCRIMP_MODEL"] = "fake/gpt-5-mini@low"

    assert arms("ask", "hi").out == "gpt-5-mini low\n"


@pytest.mark.parametrize("words", [
    ["estimate", "p.txt", "-m", "fake/gpt-5-mini@low"], ["route", "p.txt", "-m", "fake/gpt-5-mini@low", "--explain"],
    ["route", "p.txt", "--chain", BOTH], ["prices", "check", "fake/gpt-5-mini@low"],
])  # fmt: skip
def test_commands_that_call_nothing_show_the_arm(arms: Scrimp, provider: FakeProvider, words: list[str]) -> None:
    ran = arms(*words)

    assert ran.status == 0, ran.err
    assert "fake/gpt-5-mini@low" in ran.out
    assert provider.bodies == []


@pytest.mark.parametrize(
    "words",
    [
        ["ask", "hi", "-m", "fake/gpt-5-mini@max"], ["run", "p.txt", "--chain", "fake/gpt-5-mini@low,fake/gpt-5@hihg"],
        ["tune", "shadow", "p.txt", "--models", "fake/gpt-5-mini@low,fake/gpt-5@max", "--share", "100%"],
        ["estimate", "p.txt", "-m", "fake/gpt-5-mini@max"],
    ],
)  # fmt: skip
def test_an_effort_that_is_not_taken_is_refused_before_a_call(
    arms: Scrimp, provider: FakeProvider, words: list[str]
) -> None:
    ran = arms(*words)

    assert ran.status == 2
    assert "fake/gpt-5" in ran.err
    assert "@high" in ran.err
    assert provider.bodies == []


def test_the_effort_of_an_arm_goes_before_that_of_the_run_which_other_models_get(
    arms: Scrimp, provider: FakeProvider
) -> None:
    arms("run", "p.txt", "--chain", "fake/gpt-5-mini@low,fake/gpt-5", "--choices", "a,b", "--effort", "minimal")

    assert sent(provider) == {LOW, ("gpt-5", "minimal")}


SPELLINGS: list[tuple[list[str], list[str]]] = [
    (["-m", "fake/gpt-5-mini@low"], ["-m", "fake/gpt-5-mini", "--effort", "low"]),
    (["-m", "fake/gpt-5-mini@low", "--effort", "high"], ["-m", "fake/gpt-5-mini", "--effort", "low"]),
    (["--chain", "fake/gpt-5-mini@low,fake/gpt-5@low"], ["--chain", "fake/gpt-5-mini,fake/gpt-5", "--effort", "low"]),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS + [(other, one) for one, other in SPELLINGS])
def test_what_was_paid_for_is_not_paid_again_for_being_written_differently(
    arms: Scrimp, provider: FakeProvider, one: list[str], other: list[str]
) -> None:
    first = arms("run", "p.txt", *one)
    calls = len(provider.bodies)
    again = arms("run", "p.txt", *other)

    assert [row["output"] for row in first.rows] == [row["output"] for row in again.rows]
    assert [row["cache"] for row in again.rows] == ["hit", "hit"]
    assert len(provider.bodies) == calls


@pytest.mark.parametrize("first", range(3))
def test_what_the_config_sets_a_flag_asks_or_a_name_says_is_paid_for_once(
    arms: Scrimp, provider: FakeProvider, first: int
) -> None:
    settings = f'[models."{MINI}"]\neffort = "low"\nprice = {{ input = 1.0, output = 10.0 }}\n'
    configure(arms, provider)
    config = (arms.home / "config.toml").read_text()
    arms.config(config.replace(f'[models."{MINI}"]\nprice = {{ input = 1.0, output = 10.0 }}\n', settings))
    ways = [["-m", MINI], ["-m", MINI, "--effort", "low"], ["-m", f"{MINI}@low"]]

    rows = [arms("run", "p.txt", "-q", *way).rows for way in (*ways[first:], *ways[:first])]

    assert [row["cache"] for each in rows for row in each] == ["miss", "miss", "hit", "hit", "hit", "hit"]
    assert len(provider.bodies) == 2


def test_arms_of_one_model_are_not_each_others_cached_completions(arms: Scrimp, provider: FakeProvider) -> None:
    for model in ("gpt-5-mini@low", "gpt-5-mini@high", "gpt-5-mini"):
        arms("run", "p.txt", "-m", f"fake/{model}")

    assert len(provider.bodies) == 6
    assert sent(provider) == {LOW, ("gpt-5-mini", "high"), ("gpt-5-mini", None)}


def test_a_tier_of_two_arms_calls_the_first(arms: Scrimp, provider: FakeProvider) -> None:
    configure(arms, provider, '[tiers]\nsimple = ["fake/gpt-5-mini@low", "fake/gpt-5-mini@high"]\n')

    arms("run", "p.txt", "--tier", "simple")

    assert sent(provider) == {LOW}


def solves(body: dict[str, Any]) -> Reply:
    """Solve a sum; with little thought one of a hundred is wrong."""
    status, headers, thought = thinks(body)
    number = int(re.findall(r"\d+", body["messages"][-1]["content"])[0])
    wrong = number % 100 == 0 and body.get("reasoning_effort") == "low"
    whole = json.loads(thought)
    whole["choices"][0]["message"]["content"] = str(2 * number + wrong)
    return status, headers, json.dumps(whole).encode()


@pytest.fixture
def certified(arms: Scrimp, provider: FakeProvider) -> Scrimp:
    """Pairs of two efforts of one model, and the route that they allow."""
    provider.answer = solves
    arms.file("sums.csv", "text,right\n" + "".join(f"What is {n} plus {n}?,{2 * n}\n" for n in range(150)))
    arms.file("more.csv", "text\n" + "".join(f"What is {n} plus {n}?\n" for n in range(200, 203)))
    words = ("--share", "100%", "--models", ARMS, "--max-cost", "9", "--route", "sums")
    ran = arms("tune", "shadow", "sums.csv", "--gold", "right", *words)
    assert ran.status == 0, ran.err
    return arms


ARMS = "fake/gpt-5-mini@low,fake/gpt-5-mini@high"


def test_arms_are_replayed_certified_and_applied_as_models_are(certified: Scrimp, provider: FakeProvider) -> None:
    replay = json.loads(certified("tune", "replay", "--json", "--report", "all").out)
    printed = [line.split() for line in certified("tune", "replay").out.splitlines()]
    certify = certified("tune", "certify")
    applied = certified("tune", "apply")
    provider.bodies.clear()
    ran = certified("run", "more.csv", "-q", "--route", "sums", "--summary-file", "bill.json")
    bill = json.loads((certified.cwd / "bill.json").read_text())
    explained = certified("route", "more.csv", "--limit", "1", "--explain", "--route", "sums")

    # At one list price; 10 tokens in at 1 dollar a million, 2 and the hidden ones out at 10.
    assert (replay["flagship"], [(each["model"], each["cost_usd_a_row"]) for each in replay["models"]]) == (
        "fake/gpt-5-mini@high", [("fake/gpt-5-mini@high", 0.04003), ("fake/gpt-5-mini@low", 0.00043)],
    )  # fmt: skip
    assert ["fake/gpt-5-mini@high", "150", "100.0", "%", "$40.03"] in printed
    assert ["fake/gpt-5-mini@low", "150", "98.7", "%", "$0.43"] in printed
    assert "fake/gpt-5-mini@low always" in certify.out
    assert applied.status == 0, applied.err
    assert sent(provider) == {LOW}
    assert {row["effort"] for row in ran.rows} == {"low"}
    assert [line["what"] for line in bill["lines"]] == ["fake/gpt-5-mini@low"]
    # The flagship is compared by what it was billed for the task before, not by what another effort thought.
    assert (bill["cost_usd"], bill["baseline"]["models"]) == (3 * 0.00043, ["fake/gpt-5-mini@high"])
    assert (bill["baseline"]["cost_usd"], bill["baseline"]["about"]) == (3 * 0.04003, True)
    assert "fake/gpt-5-mini@low" in explained.out
    assert "fake/gpt-5-mini@low" in certified("tune", "status").out


def test_an_estimate_expects_of_each_arm_what_it_was_billed_for_the_task_before(
    certified: Scrimp, provider: FakeProvider
) -> None:
    def offers(*words: str) -> dict[str, Any]:
        found = json.loads(certified("estimate", "more.csv", "--json", "--route", "sums", *words).out)
        return {each["model"]: each for each in found["offers"]}

    provider.bodies.clear()
    arms = offers("--chain", "fake/gpt-5-mini@low,fake/gpt-5-mini@high,fake/gpt-5@high")
    plain = offers("-m", "fake/gpt-5-mini", "--effort", "low")["fake/gpt-5-mini"]
    other = offers("-m", "fake/gpt-5-mini@medium")["fake/gpt-5-mini@medium"]
    printed = certified("estimate", "more.csv", "--route", "sums", "-m", "fake/gpt-5-mini@high").out
    low, high, never = arms["fake/gpt-5-mini@low"], arms["fake/gpt-5-mini@high"], arms["fake/gpt-5@high"]

    assert (low["billed"], low["billed_calls"]) == (0.00043, 150)
    assert (high["billed"], high["billed_calls"]) == (0.04003, 150)
    # Three calls with as many tokens in as are estimated; 42 and 4,002 tokens out, 200 where nothing is known.
    assert high["expected"] - low["expected"] == pytest.approx(3 * 0.0396)
    assert never["expected"] == other["expected"] == pytest.approx(low["expected"] + 3 * 0.00158)
    assert (never["billed"], never["billed_calls"], plain["expected"]) == (None, 0, low["expected"])
    assert "$0.04 (150)" in printed
    assert "hidden reasoning included" in printed
    assert provider.bodies == []


def test_pairs_of_a_run_with_an_effort_are_those_of_the_arms(arms: Scrimp, provider: FakeProvider) -> None:
    words = ("tune", "shadow", "p.txt", "--share", "100%", "--models", "fake/gpt-5-mini,fake/gpt-4o")
    plain, low = arms(*words), arms(*words, "--effort", "low")
    arm = arms(*words[:-1], "fake/gpt-5-mini@low")

    assert "of fake/gpt-5-mini, fake/gpt-4o stored" in plain.err
    assert recordings.entries(arms, "SELECT DISTINCT model FROM replies ORDER BY 1") == [
        ("fake/gpt-4o",), ("fake/gpt-5-mini",), ("fake/gpt-5-mini@low",),
    ]  # fmt: skip
    assert "of fake/gpt-5-mini@low, fake/gpt-4o stored" in low.err
    assert "$0 spent" in arm.err


@pytest.mark.parametrize(
    ("model", "flags", "planned", "stored"),
    [
        ("fake/gpt-5-mini@low", [], "fake/gpt-5-mini@low", "fake/gpt-5-mini@low"),
        ("fake/gpt-5-mini", ["--effort", "low"], "fake/gpt-5-mini@low", "fake/gpt-5-mini@low"),
        ("fake/gpt-5-mini", ["--effort", "low"], "fake/gpt-5-mini", "fake/gpt-5-mini@low"),
        ("fake/gpt-5-mini", [], "fake/gpt-5-mini", "fake/gpt-5-mini"),
    ],
)
def test_the_shadow_of_a_run_knows_the_arm_that_answered(
    arms: Scrimp, provider: FakeProvider, model: str, flags: list[str], planned: str, stored: str
) -> None:
    configure(arms, provider, f'[shadow]\nshare = "100%"\nmodels = ["{planned}", "fake/gpt-5@high"]\n')

    arms("run", "p.txt", "-m", model, *flags, "-q")

    assert recordings.entries(arms, "SELECT model, count(*) FROM replies GROUP BY 1 ORDER BY 1") == [
        (stored, 2), ("fake/gpt-5@high", 2),
    ]  # fmt: skip
    assert len(provider.bodies) == 4


def test_the_ledger_the_row_and_the_bill_say_what_each_arm_was_billed(arms: Scrimp, provider: FakeProvider) -> None:
    arms("run", "p.txt", "-m", "fake/gpt-5-mini", "-q")
    ran = arms(
        "run",
        "p.txt",
        "--chain",
        "fake/gpt-5-mini@low,fake/gpt-5-mini@high",
        "--choices",
        "a,b",
        "-q",
        "--summary-file",
        "bill.json",
    )
    sums = {
        each["arm"]: (each["calls"], each["cost_usd"]) for each in json.loads(arms("cost", "--by", "arm", "--json").out)
    }
    lines = json.loads((arms.cwd / "bill.json").read_text())["lines"]

    # Ten tokens in at 1 dollar a million; two and the hidden ones out at 10.
    assert sums == {
        "fake/gpt-5-mini@high": (2 * 3, 2 * 3 * 0.04003), "fake/gpt-5-mini@low": (2, 2 * 0.00043),
        "fake/gpt-5-mini": (2, 2 * 0.00503),
    }  # fmt: skip
    assert [row["effort"] for row in ran.rows] == ["high", "high"]
    assert {line["what"]: line["effort"] for line in lines} == {
        "fake/gpt-5-mini@high": "high", "fake/gpt-5-mini@low": "low", "failed": None,
    }  # fmt: skip
    assert [each["model"] for each in json.loads(arms("cost", "--json").out)] == ["fake/gpt-5-mini"]


def test_a_row_says_the_effort_that_was_sent_and_a_hit_says_the_same(arms: Scrimp, provider: FakeProvider) -> None:
    words = ("run", "p.txt", "-q", "--limit", "1", "--effort", "max")  # gpt-5 takes high at most, gpt-4o none

    rows = [arms(*words, "-m", f"fake/{model}").rows[0] for model in ("gpt-5", "gpt-5", "gpt-4o")]

    assert [(row.get("effort"), row["cache"]) for row in rows] == [("high", "miss"), ("high", "hit"), (None, "miss")]
    assert sent(provider) == {HIGH, ("gpt-4o", None)}


def test_a_chain_of_two_efforts_of_one_model_is_not_given_up_for_their_equal_list_price(
    arms: Scrimp, provider: FakeProvider
) -> None:
    provider.answer = lambda body: completion("a", model=body["model"])
    configure(
        arms, provider, '[chains.c]\nsteps = ["fake/gpt-5-mini@low", "fake/gpt-5-mini@high"]\nsignal = "agreement"\n'
    )
    arms.file("many.txt", "".join(f"prompt {number}\n" for number in range(80)))
    words = ("run", "many.txt", "--chain", "c", "--choices", "a,b", "-q", "--summary", "none")

    first = arms(*words, "--limit", "40")
    second = arms(*words, "--skip", "40")

    assert (first.err, second.err) == ("", "")
    assert len(second.rows) == 40
    assert sent(provider) == {LOW}


@pytest.mark.parametrize("baseline", ["fake/gpt-5@high", "fake/gpt-5"])
def test_a_baseline_may_name_an_effort_and_has_the_price_of_its_model(
    arms: Scrimp, provider: FakeProvider, baseline: str
) -> None:
    arms("run", "p.txt", "-m", "fake/gpt-5-mini@low", "--baseline", baseline, "-q", "--summary-file", "bill.json")
    bill = json.loads((arms.cwd / "bill.json").read_text())["baseline"]

    # Ten tokens in and two out that were shown; what another model thought is not part of it.
    assert (bill["models"], bill["cost_usd"]) == ([baseline], 2 * 0.00003)


def test_the_model_itself_at_another_effort_is_no_other_model(arms: Scrimp, provider: FakeProvider) -> None:
    arms("run", "p.txt", "-m", "fake/gpt-5@low", "--baseline", "fake/gpt-5@high", "-q", "--summary-file", "bill.json")
    bill = json.loads((arms.cwd / "bill.json").read_text())

    assert (bill["cost_usd"], bill["baseline"]["cost_usd"]) == (2 * 0.00043, 2 * 0.00043)


def test_models_that_are_named_are_shown_with_the_efforts_they_take(arms: Scrimp) -> None:
    shown = arms("models", "fake/gpt-5-mini@low", "fake/gpt-4o", "openai/gpt-6-luna")
    wrong = arms("models", "fake/gpt-5-mini@hihg")
    lines = [line.split() for line in shown.out.splitlines()]

    assert ["fake/gpt-5-mini@low", "yes", "$1.00", "$10.00", "minimal,", "low,", "medium,", "high"] in lines
    assert ["fake/gpt-4o", "yes", "$1.00", "$10.00", "-"] in lines
    assert any("openai/gpt-6-luna" in line and "none," in line for line in lines)
    assert (wrong.status, wrong.out) == (2, "")
    assert "did you mean fake/gpt-5-mini@high?" in wrong.err


def test_config_check_finds_an_effort_that_is_not_taken_wherever_a_model_is_named(arms: Scrimp) -> None:
    places = {
        "tiers.simple": '[tiers]\nsimple = ["fake/gpt-5@max"]\n',
        "chains.c": '[chains.c]\nsteps = ["fake/gpt-5@low", "fake/gpt-5@max"]\n',
        "chains.c.judge": (
            '[chains.c]\nsteps = ["fake/gpt-5@low", "fake/gpt-5"]\nsignal = "judge"\njudge = "fake/gpt-5@max"\n'
        ),
        "rule 1": '[[rules]]\nmodel = "fake/gpt-5@max"\n',
        "defaults.model": '[defaults]\nmodel = "fake/gpt-5@max"\n',
        "defaults.baseline": '[defaults]\nbaseline = "fake/gpt-5@max"\n',
        'models."fake/gpt-5@max"': '[models."fake/gpt-5@max"]\nmax_output = 5\n',
    }
    base = '[providers.fake]\ndialect = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nkey_env = ""\n'
    for place, text in places.items():
        arms.config(base + text)
        found = arms("config", "check")

        assert found.status != 0, place
        assert (
            "fake/gpt-5 takes the efforts minimal, low, medium, high, not max: write fake/gpt-5@high"
            in found.out + found.err
        )
        assert place.removesuffix(".judge") in found.out + found.err


# What the body of each dialect says for an effort, from the vendors' references.
WIRE: dict[str, dict[str, Any]] = {
    "openai/gpt-5-mini@minimal": {"reasoning_effort": "minimal"},
    "anthropic/claude-opus-5-5@max": {"output_config": {"effort": "max"}},
    "gemini/gemini-2.5-flash@low": {"generationConfig": {"thinkingConfig": {"thinkingBudget": 1024}}},
    "gemini/gemini-3.8-flash@high": {"generationConfig": {"thinkingConfig": {"thinkingLevel": "high"}}},
    "openrouter/openai/gpt-6-luna@none": {"reasoning": {"effort": "none"}},
}


@pytest.mark.parametrize("arm", WIRE)
def test_what_is_sent_has_the_name_of_the_model_and_the_effort_where_its_dialect_has_it(
    scrimp: Scrimp, arm: str
) -> None:
    provider, _, rest = arm.partition("/")
    scrimp.env |= {PRESETS[provider].key_env or "": "sk-test-0123456789abcdef"}
    model, _, effort = rest.rpartition("@")

    (named,) = scrimp("ask", "hi", "-m", arm, "--dry-run").rows
    (flagged,) = scrimp("ask", "hi", "-m", f"{provider}/{model}", "--effort", effort, "--dry-run").rows

    assert WIRE[arm].items() <= named["body"].items()
    assert (named["body"], named["url"]) == (flagged["body"], flagged["url"])
    assert model in named["body"].get("model", named["url"])
    assert "@" not in named["url"]


def test_a_recording_answers_for_its_arms_live_as_in_replay(scrimp: Scrimp) -> None:
    names = {
        recordings.CHEAP: "gpt-5-tiny@low",
        recordings.OTHER: "gemini-tiny",
        recordings.FLAGSHIP: "gpt-5-tiny@high",
    }
    rows = [
        {**row, "models": {names[name]: reply for name, reply in row["models"].items()}} for row in recordings.rows(60)
    ]
    prices = {names[name]: rates for name, rates in recordings.PRICES["models"].items()}
    scrimp.file("recording.jsonl", recordings.text(rows))
    scrimp.file("prices.json", json.dumps({"models": prices}))
    scrimp.config('[providers.rec]\nbase_url = "replay:recording.jsonl"\n')
    recordings.prompts(scrimp, "p.jsonl", range(60))
    models = ",".join(f"rec/{name}" for name in names.values())
    scrimp("tune", "shadow", "p.jsonl", "--share", "100%", "--models", models, "--route", "t")
    replay = json.loads(scrimp("tune", "replay", "recording.jsonl", "--report", "all", "--json").out)
    ran = scrimp("run", "p.jsonl", "--route", "t", "--chain", models, "-q", "--effort", "low")
    flagged = next(each for each in replay["policies"] if each["policy"].endswith("agree"))

    assert {row.get("effort") for row in ran.rows} == {None}  # a recording is asked for no effort
    assert replay["flagship"] == "gpt-5-tiny@high"
    # A cheap model errs on each tenth row, never both on one: two that differ ask the flagship.
    assert flagged["flag"]["value"] == sum(row["model"] == "gpt-5-tiny@high" for row in ran.rows) / 60 == 0.2
    assert scrimp("ask", recordings.prompt(0), "-m", "rec/gpt-5-tiny@medium").status != 0
