"""The effort of a tier: mapped for each of its models, below what is said of the model itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from command import Scrimp
from fake_provider import FakeProvider, echo, fake_provider

CONFIG = """
[providers.work]
dialect = "openai"
flavour = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
[tiers]
simple = ["work/gpt-6-luna"]
medium = ["work/gpt-6-luna"]
high = ["work/gpt-6.2-sol"]
{more}
"""
PRICED = '[models."work/gpt-6-luna"]\nprice = { input = 1, output = 1 }'


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider(echo) as provider:
        yield provider


def sent(scrimp: Scrimp, provider: FakeProvider, more: str, *words: str) -> str | None:
    scrimp.config(CONFIG.format(url=provider.url, more=more))
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.file("rows.txt", "How many geese?\n")
    ran = scrimp("run", "rows.txt", "--cache", "off", *words)
    assert ran.status == 0, ran.err
    effort: str | None = provider.bodies[0].get("reasoning_effort")
    return effort


@pytest.mark.parametrize(
    ("more", "words", "effort"),
    [
        ("", ("--tier", "simple"), "none"),
        ("", ("--tier", "medium"), None),
        ("", ("--chain", "simple,high"), "none"),
        ("", ("-m", "work/gpt-6-luna"), None),
        ("", ("--tier", "simple", "--effort", "low"), "low"),
        (PRICED, ("--tier", "auto", "--priority", "low"), "none"),
        ('[models."work/gpt-6-luna"]\neffort = "low"', ("--tier", "simple"), "low"),
        ('[efforts]\nsimple = "medium"', ("--tier", "simple"), "medium"),
        ('cheap = ["work/gpt-5-mini"]', ("--tier", "cheap"), "minimal"),
        ('cheap = ["work/gpt-5-mini@low"]', ("--tier", "cheap"), "low"),
        ('cheap = ["work/gpt-4o"]', ("--tier", "cheap"), None),
        ('dear = ["work/gpt-5-mini"]', ("--tier", "dear"), None),
        ('[efforts]\nsimple = "none"', ("--tier", "simple"), "none"),
        ('[efforts]\nsimple = "none"', ("--tier", "medium"), None),
        ('[efforts]\nsimple = "none"', ("--chain", "simple,high"), "none"),
        ('[efforts]\nhigh = "none"', ("--tier", "high"), "low"),  # it cannot do without
        ('[efforts]\nsimple = "none"', ("--tier", "simple", "--effort", "high"), "high"),
        ('[efforts]\nsimple = "none"\n[models."work/gpt-6-luna"]\neffort = "low"', ("--tier", "simple"), "low"),
    ],
)
def test_the_effort_of_a_tier_is_below_what_is_said_of_the_model(
    scrimp: Scrimp, provider: FakeProvider, more: str, words: tuple[str, ...], effort: str | None
) -> None:
    assert sent(scrimp, provider, more, *words) == effort


def test_the_same_models_in_every_tier_think_as_their_vendor_has_it(scrimp: Scrimp, provider: FakeProvider) -> None:
    same = CONFIG.replace("gpt-6.2-sol", "gpt-6-luna")
    scrimp.config(same.format(url=provider.url, more=""))
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"

    assert scrimp("ask", "How many geese?").status == 0
    assert "reasoning_effort" not in provider.bodies[0]


def test_a_completion_from_before_at_another_effort_is_not_taken_and_one_at_the_same_is(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.config(CONFIG.format(url=provider.url, more=""))
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    asked = [("-m", "work/gpt-6-luna"), ("--tier", "medium"), *[("--tier", "simple")] * 2, ("--tier", "medium")]

    for words in asked:
        assert scrimp("ask", "How many geese?", *words).status == 0
    assert [body.get("reasoning_effort") for body in provider.bodies] == [None, "none"]


def test_the_effort_of_a_tier_is_said_where_its_models_are_listed_and_where_a_prompt_would_go(scrimp: Scrimp) -> None:
    scrimp.config(CONFIG.format(url="http://127.0.0.1:1/v1", more=""))
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"

    (simple, medium, high) = (line.split() for line in scrimp("models").out.splitlines() if "work/" in line)
    assert (simple[-1], medium[-1], high[-1]) == ("none", "-", "-")
    scrimp.file("rows.txt", "How many geese?\n")
    routed = [scrimp("route", "rows.txt", "--json", "--tier", tier).rows[0] for tier in ("simple", "medium")]
    assert [row.get("effort") for row in routed] == ["none", None]


def test_a_tier_that_is_not_there_is_refused_with_the_one_that_was_meant(scrimp: Scrimp) -> None:
    scrimp.config('[efforts]\nsimpel = "none"\n')
    scrimp.env["OPENAI_API_KEY"] = "sk-test-0123456789abcdef"
    scrimp.file("rows.txt", "How many geese?\n")

    for ran in (scrimp("estimate", "rows.txt"), scrimp("config", "check")):
        assert "there is no tier 'simpel': did you mean simple?" in ran.err + ran.out


def test_a_cheap_tier_of_ones_own_that_may_think_is_told_of(scrimp: Scrimp) -> None:
    scrimp.env["OPENROUTER_API_KEY"] = scrimp.env["OPENAI_API_KEY"] = "sk-test-0123456789abcdef"
    said = "openrouter/z-ai/glm-5 may think at its vendor's own effort, which is billed: set efforts.simple"
    scrimp.config('[tiers]\nsimple = ["openrouter/z-ai/glm-5", "openai/gpt-4o-mini", "openai/gpt-5.5"]\n')
    checked = scrimp("config", "check")
    assert (checked.out + checked.err).count(said) == 1
    assert (checked.out + checked.err).count("may think") == 1
    scrimp.config('[tiers]\nsimple = ["openrouter/z-ai/glm-5"]\n[efforts]\nsimple = "none"\n')
    assert "may think" not in scrimp("config", "check").out
