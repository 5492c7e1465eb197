"""The bill's last line, calculated by hand: a case for each situation, through the whole command.

Amounts are in thousandths of a dollar, tokens in thousands, so that a price per million is an amount per thousand:

    luna   input 1, from the provider's cache 0.1, output 10
    sol    input 10, from the provider's cache 1, output 100 (the default baseline)
    opus   input 4, output 40

A reply is (input, of it from the cache, output, of it hidden reasoning).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from msgspec import Struct, field

from command import Scrimp
from fake_provider import FakeProvider, Reply, completion
from scrimp.config.resolved.tuned_routes import TunedRoute, save_tuned

LUNA, SOL, OPUS = "openai/gpt-6-luna", "openai/gpt-6.1-sol", "anthropic/claude-opus-5-5"
TERRA = "openai/gpt-6.1-terra"
PLAIN = (4, 0, 1, 0)  # luna 4 + 10 = 14, sol 40 + 100 = 140, opus 16 + 40 = 56
CACHED = (4, 3, 1, 0)  # luna 1 + 0.3 + 10 = 11.3, sol 10 + 3 + 100 = 113
THOUGHT = (4, 0, 3, 2)  # luna 4 + 30 = 34, sol 40 + 300 = 340, without its thoughts 140
# White space in it has a thousand tokens: luna 1, sol 10.
SPACED = "Which of these is not a prime?\n\n" + json.dumps({"numbers": list(range(1000, 1497))}, indent=4)
CONFIG = """
[providers.openai]
base_url = "{url}"
key_env = "FAKE_KEY"
[providers.anthropic]
dialect = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
[tiers]
simple = ["openai/gpt-6-luna"]
medium = ["openai/gpt-6-luna"]
high = ["openai/gpt-6.1-sol"]
[chains.ladder]
steps = ["simple", "high"]
signal = "choices"
[[rules]]
route = "to the cheap one"
model = "openai/gpt-6-luna"
[models."openai/gpt-6-luna"]
price = {{ input = {luna_input}, cached_input = 0.1, output = 10 }}
[models."openai/gpt-6.1-sol"]
price = {{ input = 10, cached_input = 1, output = 100 }}
[models."anthropic/claude-opus-5-5"]
price = {{ input = 4, output = 40 }}
"""
Counts = tuple[float, float, float, float]


class Case(Struct, kw_only=True):
    """One run: its flags, what each model replies, call by call, and the last line of its bill."""

    flags: str = ""
    replies: Mapping[str, Sequence[Counts]] = field(default_factory=lambda: {"gpt-6-luna": [PLAIN]})
    prompts: Sequence[str] = ("Sort: a",)
    before: str | None = None  # flags of a run before it, which fills the cache
    luna_input_then: float = 1  # luna's price in that run
    baseline: str = SOL
    cost: float  # of the baseline
    paid: float
    causes: Mapping[str, float]
    about: bool = True
    answered_by: str | None = None  # by that model, whichever is called


CASES = {
    # Where scrimp chose the model.
    "routed": Case(cost=140, paid=14, causes={"routing": 126}),
    # Of its four thousand input tokens three were read at a tenth: 0.1 instead of 1 each.
    "the provider's cache is a cause of its own, and the baseline has none": Case(
        replies={"gpt-6-luna": [CACHED]}, cost=140, paid=11.3, causes={"provider caching": 2.7, "routing": 126}
    ),
    "a cheap model's hidden reasoning is not charged to the baseline": Case(
        replies={"gpt-6-luna": [THOUGHT]}, cost=140, paid=34, causes={"routing": 106}
    ),
    "compression is apart from routing: 15 instead of 14, and 150 instead of 140": Case(
        prompts=[SPACED], cost=150, paid=14, causes={"compression": 1, "routing": 135}
    ),
    "what compression removed is compared with fresh input": Case(
        prompts=[SPACED], replies={"gpt-6-luna": [CACHED]}, cost=150, paid=11.3,
        causes={"compression": 1, "provider caching": 2.7, "routing": 135},
    ),
    "a baseline that the user wants": Case(
        flags=f"--baseline {OPUS}", baseline=OPUS, cost=56, paid=14, causes={"routing": 42}
    ),
    "a baseline without its provider": Case(
        flags=f"-m {LUNA} --baseline {SOL.partition('/')[2]}", cost=140, paid=14, causes={"named model": 126}
    ),
    "a baseline that is the model itself": Case(
        flags=f"--baseline {LUNA}", baseline=LUNA, cost=14, paid=14, causes={}, about=False
    ),
    "a duplicate is called once: its call would have cost 14": Case(
        prompts=["Sort: a", "Sort: a"], cost=280, paid=14, causes={"routing": 252, "duplicates": 14}
    ),
    # Where the user named it.
    "named: nothing is routing": Case(flags=f"-m {LUNA}", baseline=LUNA, cost=14, paid=14, causes={}, about=False),
    "named, thinking": Case(
        flags=f"-m {LUNA}", replies={"gpt-6-luna": [THOUGHT]}, baseline=LUNA, cost=34, paid=34, causes={}, about=False
    ),
    "named, with a baseline: the choice was the user's": Case(
        flags=f"-m {LUNA} --baseline {SOL}", cost=140, paid=14, causes={"named model": 126}
    ),
    "named, dearer than the baseline": Case(
        flags=f"-m {SOL} --baseline {LUNA}", replies={"gpt-6.1-sol": [PLAIN]}, baseline=LUNA, cost=14, paid=140,
        causes={"named model": -126},
    ),
    "named, compressed": Case(
        flags=f"-m {LUNA}", prompts=[SPACED], baseline=LUNA, cost=15, paid=14, causes={"compression": 1}, about=False
    ),
    # A thousand tokens of o200k_base are about 1,400 of Claude's: 5.6.
    "named, compressed, with tokens that nobody counted": Case(
        flags=f"-m {OPUS}", prompts=[SPACED], replies={"claude-opus-5-5": [PLAIN]}, baseline=OPUS, cost=61.6, paid=56,
        causes={"compression": 5.6},
    ),
    "named, and its first reply was not a label: 14 + 16, of which 14 would have been enough": Case(
        flags=f"-m {LUNA} --choices yes,no --choices-text=", replies={"gpt-6-luna": [PLAIN, (6, 0, 1, 0)]},
        prompts=["Sort: a, BAD FIRST"], baseline=LUNA, cost=14, paid=30, causes={"other attempts": -16}, about=False,
    ),
    "a tier that the user named": Case(flags="--tier simple", baseline=LUNA, cost=14, paid=14, causes={}, about=False),
    "a rule that names the model": Case(
        flags="--route=to_the_cheap_one", baseline=LUNA, cost=14, paid=14, causes={}, about=False
    ),
    # Where a gateway passed the call on to sol, at its price; terra is 1 and 5, by its vendor's list.
    "named, and another model answered": Case(
        flags=f"-m {TERRA}", replies={"gpt-6.1-terra": [PLAIN]}, answered_by="gpt-6.1-sol", baseline=TERRA, cost=140,
        paid=140, causes={}, about=False,
    ),
    "named, with a baseline that another model answered for": Case(
        flags=f"-m {TERRA} --baseline {TERRA}", replies={"gpt-6.1-terra": [PLAIN]}, answered_by="gpt-6.1-sol",
        baseline=TERRA, cost=9, paid=140, causes={"named model": -131},
    ),
    "named, and the baseline answered": Case(
        flags=f"-m {TERRA} --baseline {SOL}", replies={"gpt-6.1-terra": [THOUGHT]}, answered_by="gpt-6.1-sol", cost=340,
        paid=340, causes={},
    ),
    "a hit of what another model answered": Case(
        before=f"-m {TERRA}", flags=f"-m {TERRA} --baseline {TERRA}", replies={"gpt-6.1-terra": [PLAIN]},
        answered_by="gpt-6.1-sol", baseline=TERRA, cost=9, paid=0, causes={"cache": 9},
    ),
    # A chain is compared with its last step alone.
    "a chain that is content with its first step": Case(
        flags="--chain ladder --choices yes,no --choices-text=", cost=140, paid=14, causes={"chain": 126}
    ),
    "a chain that needs its last step: the first one's reply was in vain": Case(
        flags="--chain ladder --choices yes,no --choices-text=", prompts=["Sort: a, BAD FIRST"],
        replies={"gpt-6-luna": [PLAIN], "gpt-6.1-sol": [THOUGHT]}, cost=340, paid=354, causes={"other attempts": -14},
        about=False,
    ),
    "two cheap models that agree": Case(
        flags=f"--chain {LUNA},{OPUS},{SOL}", replies={"gpt-6-luna": [PLAIN], "claude-opus-5-5": [PLAIN]},
        cost=140, paid=70, causes={"chain": 84, "other attempts": -14},
    ),
    # From the cache.
    "a hit saves what the row would cost now": Case(
        before="", baseline=LUNA, cost=14, paid=0, causes={"cache": 14}, about=False
    ),
    "and not what it cost then": Case(
        before="", luna_input_then=3, baseline=LUNA, cost=14, paid=0, causes={"cache": 14}, about=False
    ),
    "a hit of a compressed row would be compressed": Case(
        before="", prompts=[SPACED], baseline=LUNA, cost=14, paid=0, causes={"cache": 14}, about=False
    ),
    "a hit of a chain would need all of its attempts": Case(
        before="--chain ladder --choices yes,no --choices-text=",
        flags="--chain ladder --choices yes,no --choices-text=",
        prompts=["Sort: a, BAD FIRST"], replies={"gpt-6-luna": [PLAIN], "gpt-6.1-sol": [THOUGHT]},
        baseline=SOL, cost=354, paid=0, causes={"cache": 354}, about=False,
    ),
    "a hit is compared with the baseline of this run": Case(
        before=f"--baseline {SOL}", flags=f"--baseline {OPUS}", baseline=OPUS, cost=56, paid=0, causes={"cache": 56}
    ),
    "which would be asked as the prompt was given, and without another model's reasoning": Case(
        before="", flags=f"--baseline {SOL}", prompts=[SPACED], replies={"gpt-6-luna": [THOUGHT]}, cost=150, paid=0,
        causes={"cache": 150},
    ),
    "a row twice in the input is a hit twice": Case(
        before="", prompts=["Sort: a", "Sort: a"], baseline=LUNA, cost=28, paid=0, causes={"cache": 28}, about=False
    ),
}  # fmt: skip


def usage(counts: Counts) -> dict[str, Any]:
    """Token counts as OpenAI reports them."""
    given, cached, written, reasoning = (round(count * 1000) for count in counts)
    return {
        "prompt_tokens": given, "completion_tokens": written, "total_tokens": given + written,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }  # fmt: skip


def replying(replies: Mapping[str, Sequence[Counts]], answered_by: str | None = None) -> Any:
    """Answer with the usages of each model in their order; a cheap model's first reply may not be a label."""
    seen = dict.fromkeys(replies, 0)

    def answer(body: dict[str, Any]) -> Reply:
        model, number = body["model"], seen[body["model"]]
        seen[model] = number + 1
        counts = replies[model][min(number, len(replies[model]) - 1)]
        bad = "BAD FIRST" in body["messages"][0]["content"] and "luna" in model and number == 0
        return completion("perhaps" if bad else "yes", model=answered_by or model, usage=usage(counts))

    return answer


def config(scrimp: Scrimp, provider: FakeProvider, *, luna_input: float = 1) -> None:
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(CONFIG.format(url=provider.url, luna_input=luna_input))


def bill(scrimp: Scrimp, flags: str) -> dict[str, Any]:
    """Run and return the bill for programs; also checks that what it says adds up."""
    words = ["--route=to the cheap one" if word == "--route=to_the_cheap_one" else word for word in flags.split()]
    ran = scrimp("run", "rows.jsonl", *words, "--summary-file", "bill.json")
    assert ran.status == 0, ran.err
    document = json.loads((scrimp.cwd / "bill.json").read_text(), parse_float=Decimal, parse_int=Decimal)
    compared: dict[str, Any] = document["baseline"]
    assert sum(compared["saved_by_usd"].values()) == compared["saved_usd"]
    assert compared["saved_usd"] == compared["cost_usd"] - document["cost_usd"]
    assert ("about $" in ran.err) == compared["about"]
    return document


def thousandths(dollars: float) -> Decimal:
    return Decimal(str(dollars)) / 1000


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_saving_is_what_it_is_by_hand(scrimp: Scrimp, provider: FakeProvider, case: Case) -> None:
    rows = [json.dumps({"text": prompt}) for prompt in case.prompts]
    scrimp.file("rows.jsonl", "\n".join(rows))
    config(scrimp, provider, luna_input=case.luna_input_then)
    provider.answer = replying(case.replies, case.answered_by)
    if case.before is not None:
        bill(scrimp, case.before)
    config(scrimp, provider)

    document = bill(scrimp, case.flags)
    compared = document["baseline"]
    assert compared["models"] == [case.baseline]
    assert compared["cost_usd"] == thousandths(case.cost)
    assert document["cost_usd"] == thousandths(case.paid)
    causes = {cause.replace("_", " "): amount for cause, amount in compared["saved_by_usd"].items() if amount}
    assert causes == {cause: thousandths(amount) for cause, amount in case.causes.items()}
    assert compared["about"] == case.about
    assert not compared["at_most"]


def test_a_certified_route_is_compared_with_its_flagship(scrimp: Scrimp, provider: FakeProvider) -> None:
    config(scrimp, provider)
    scrimp.file("rows.jsonl", '{"text": "Sort: a"}\n')
    provider.answer = replying({"gpt-6-luna": [PLAIN]})
    route = TunedRoute(
        signature="triage", steps=(LUNA,), policy="luna alone", flagship=OPUS, target=0.95, risk=0.05, bound=0.96,
        pairs=200, below=1.0, saved=0.75, certified="2026-11-09T14:03:21Z",
    )  # fmt: skip
    save_tuned(scrimp.home / "tuned.toml", [route])

    compared = bill(scrimp, "--route triage")["baseline"]
    assert (compared["models"], compared["cost_usd"]) == ([OPUS], thousandths(56))
    assert compared["saved_by_usd"]["routing"] == thousandths(42)

    cached = bill(scrimp, "--route triage")["baseline"]
    assert (cached["models"], cached["cost_usd"]) == ([OPUS], thousandths(56))
    assert cached["saved_by_usd"]["cache"] == thousandths(56)


def test_a_hit_of_another_tier_of_service_is_priced_as_such(scrimp: Scrimp, provider: FakeProvider) -> None:
    config(scrimp, provider)
    tier = ["flex", "default"]
    provider.answer = lambda body: completion("yes", model=body["model"], usage=usage(PLAIN), service_tier=tier.pop(0))
    scrimp.config(
        (scrimp.home / "config.toml").read_text().split("[models")[0]
    )  # the vendor's prices: flex is half of it
    scrimp.file("rows.jsonl", '{"text": "Sort: a"}\n{"text": "Sort: b"}\n')

    paid, saved = (bill(scrimp, f"-j 1 -m {LUNA}") for _ in range(2))
    assert paid["cost_usd"] == saved["baseline"]["saved_by_usd"]["cache"] == Decimal("0.00135")
