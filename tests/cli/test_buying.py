"""The same model at two providers: where whole commands buy it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from command import Scrimp, provider_table
from fake_provider import FakeProvider, completion, error, fake_provider

LUNA, AT_ROUTER = "openai/gpt-6-luna", "openrouter/openai/gpt-6-luna"


@pytest.fixture
def router() -> Iterator[FakeProvider]:
    with fake_provider() as running:
        yield running


class Shops:
    """scrimp with OpenAI and OpenRouter, each a server here; OpenRouter is 20 % cheaper."""

    def __init__(self, scrimp: Scrimp, vendor: FakeProvider, router: FakeProvider) -> None:
        self.scrimp, self.vendor, self.router = scrimp, vendor, router
        self.config()

    def config(self, more: str = "", *, router: str = 'discount = "20%"') -> None:
        self.scrimp.config(
            f'{more}\n[providers.openai]\nbase_url = "{self.vendor.url}"\nkey_env = ""\n'
            f'[providers.openrouter]\nbase_url = "{self.router.url}"\nkey_env = ""\n{router}\n'
        )

    def bought(self, *words: str, stdin: str = "hello\n") -> list[str]:
        """Run rows and return the provider of each."""
        ran = self.scrimp("run", "-", *words, stdin=stdin)
        assert ran.status == 0, ran.err
        self.err = ran.err
        self.rows: list[dict[str, Any]] = ran.rows
        return [row["provider"] for row in ran.rows]


@pytest.fixture
def shops(scrimp: Scrimp, provider: FakeProvider, router: FakeProvider) -> Shops:
    return Shops(scrimp, provider, router)


def test_a_model_named_without_its_provider_is_bought_where_it_is_cheapest(shops: Shops) -> None:
    assert shops.bought("-m", "gpt-6-luna") == ["openrouter"]
    assert (
        f"{LUNA} is bought as {AT_ROUTER}, for $0.08 in and $0.40 out (at openai: $0.10 in and $0.50 out)" in shops.err
    )
    assert "Without scrimp (openai/gpt-6-luna): about $0.000002." in shops.err
    assert "(20 %): cheaper provider 20." in shops.err  # nothing of it is the choice of the model
    assert shops.rows[0]["cost_usd"] == 0.0000016  # 10 tokens at 0.08, 2 at 0.40


@pytest.mark.parametrize(
    ("flags", "cause"),
    [("", "routing"), ("--tier simple --baseline openai/gpt-6.1-sol", "named_model")],
)
def test_what_another_provider_saves_is_apart_from_what_the_choice_of_the_model_does(
    shops: Shops, flags: str, cause: str
) -> None:
    shops.config(
        '[defaults]\nbuy = "cheapest"\n[tiers]\nsimple = ["gpt-6-luna"]\nmedium = ["gpt-6-luna"]\n'
        '[models."openai/gpt-6.1-sol"]\nprice = { input = 1, output = 10 }\n'
    )

    assert shops.bought(*flags.split(), "--summary", "json", "-q") == ["openrouter"]

    (bill,) = [json.loads(line) for line in shops.err.splitlines() if line.startswith("{")]
    compared = bill["baseline"]
    saved = {name: dollars for name, dollars in compared["saved_by_usd"].items() if dollars}
    # sol 10 + 20, luna 1 + 1 at its vendor and a fifth less at the router, in millionths of a dollar
    assert saved == {cause: 0.000028, "cheaper_provider": 0.0000004}
    assert (compared["cost_usd"], compared["compared_cost_usd"]) == (0.00003, 0.0000016)


def test_a_model_named_with_its_provider_stays_there_unless_the_config_says_otherwise(shops: Shops) -> None:
    assert shops.bought("-m", LUNA, stdin="a\n") == ["openai"]
    for more, expected in (
        ('[defaults]\nbuy = "cheapest"', "openrouter"),
        (f'[models."{LUNA}"]\nbuy = "cheapest"', "openrouter"),
        (f'[defaults]\nbuy = "cheapest"\n[models."{LUNA}"]\nbuy = "named"', "openai"),
        ('[defaults]\nbuy = "named"', "openai"),
    ):
        shops.config(more)
        assert shops.bought("-m", LUNA, "--cache", "off") == [expected], more
    assert shops.bought("-m", "gpt-6-luna", stdin="b\n") == ["openai"]  # the last config says so of every model


def test_tiers_and_chains_may_name_models_without_their_provider(shops: Shops) -> None:
    names = "".join(f'{tier} = ["gpt-6-luna"]\n' for tier in ("simple", "medium", "high"))
    shops.config(f"[tiers]\n{names}")

    assert shops.bought("--tier", "simple", stdin="a\n") == ["openrouter"]
    shops.router.answer = lambda body: completion("yes", model=body["model"])
    assert shops.bought("--chain", "gpt-6-luna@low,gpt-6-luna@high", "--choices", "yes,no", stdin="b\n")
    assert {body["model"] for body in shops.router.bodies} == {"openai/gpt-6-luna"}
    assert shops.vendor.bodies == []


def test_where_a_completion_was_bought_is_not_part_of_its_key(shops: Shops) -> None:
    assert shops.bought("-m", "gpt-6-luna") == ["openrouter"]
    shops.config('[defaults]\nbuy = "named"')
    assert shops.bought("-m", LUNA) == ["openrouter"]

    assert shops.rows[0]["cache"] == "hit"
    assert (len(shops.router.bodies), len(shops.vendor.bodies)) == (1, 0)


def test_a_seller_in_trouble_is_left_for_the_next_cheapest(shops: Shops) -> None:
    shops.router.answer = lambda _: error(500)

    assert shops.bought("-m", "gpt-6-luna", "--retries", "0", stdin="a\nb\nc\nd\ne\nf\n") == ["openai"] * 6
    assert f"{AT_ROUTER} is not called for now, {LUNA} is called instead" in shops.err


def test_a_seller_without_a_key_is_not_one(shops: Shops) -> None:
    shops.config(router='key_env = "NOT_SET"'.join(("discount = '20%'\n", "")))
    shops.scrimp.config((shops.scrimp.home / "config.toml").read_text().replace('key_env = ""\ndiscount', "discount"))

    assert shops.bought("-m", "gpt-6-luna") == ["openai"]


def test_a_provider_may_be_left_out(shops: Shops) -> None:
    shops.config(router='discount = "20%"\nbuy = "named"')

    assert shops.bought("-m", "gpt-6-luna") == ["openai"]
    assert shops.bought("-m", AT_ROUTER, stdin="b\n") == ["openrouter"]


def test_a_price_that_is_not_known_is_not_the_cheapest(shops: Shops) -> None:
    shops.config('[models."openrouter/openai/gpt-6-luna"]\nprice = { output = 0 }')

    assert shops.bought("-m", "gpt-6-luna") == ["openai"]


def test_a_gateways_own_name_for_a_model_is_told_by_the_config(
    scrimp: Scrimp, provider: FakeProvider, router: FakeProvider
) -> None:
    scrimp.config(
        f'[providers.openai]\nbase_url = "{provider.url}"\nkey_env = ""\n'
        f"{provider_table(router.url, 'house', key_env='')}"
        '[models."house/cheap-one"]\nsame_as = "openai/gpt-6-luna"\nprice = { input = 0.05, output = 0.2 }\n'
    )

    ran = scrimp("run", "-", "-m", "gpt-6-luna", stdin="hello\n")

    assert (ran.rows[0]["provider"], ran.rows[0]["model"]) == ("house", "cheap-one")
    assert [(body["model"], body["reasoning_effort"]) for body in router.bodies] == [("cheap-one", "none")]


def test_a_credit_is_used_up_first_and_counted_from_the_ledger(shops: Shops) -> None:
    shops.config(router="credit = 0.000005")  # two calls and a half at 0.000002 dollars
    at_once = ("-m", "gpt-6-luna", "-j", "1")

    for line in ("a", "b"):
        assert shops.bought(*at_once, stdin=line) == ["openrouter"]
        assert "which is paid by a credit" in shops.err
        assert "the credit with openrouter" not in shops.err
    assert shops.bought(*at_once, stdin="c\nd\n") == [
        "openrouter",
        "openai",
    ]  # the second, while the first is in flight
    assert "the credit of $0.000005 with openrouter is used up, so its calls are paid" in shops.err
    assert shops.scrimp.paid_calls() == (4, Fraction(8, 1_000_000))

    shops.config(router='credit = 0.000005\ncredit_since = "2099-01-01"')  # topped up: counted from another day
    assert shops.bought(*at_once, stdin="e\n") == ["openrouter"]


def test_a_lost_call_is_taken_off_a_credit_as_the_most_that_it_can_have_cost(shops: Shops) -> None:
    shops.config(router="credit = 0.0001")
    shops.router.answer = lambda _: (0, {})

    # 5 bytes, 64 tokens around each of two texts, 100 out: 133 at 0.10 written at 1.25 times as much, 100 at 0.50
    words = ("-m", "gpt-6-luna", "--retries", "0", "--max-output", "100")
    assert shops.bought(*words, stdin="hello\n") == ["openai"]

    compared = shops.scrimp("models", "--compare", "gpt-6-luna")
    assert "are left; 1 call of unknown cost counts as up to $0.0000" in compared.out
    (of_router,) = [
        each
        for each in json.loads(shops.scrimp("models", "--compare", "gpt-6-luna", "--json").out)
        if each["model"] == AT_ROUTER
    ]
    assert (of_router["credit_unknown_calls"], of_router["credit_left"]) == (1, 0.000033375)
    assert shops.bought(*words, stdin="again\n") == ["openai"]
    assert "the credit of $0.0001 with openrouter is used up, so its calls are paid (2 calls of unknown" in shops.err


def test_what_is_left_of_a_credit_is_told_where_prices_are(shops: Shops) -> None:
    shops.config(router="credit = 0.000004")
    for line in ("a", "b"):
        shops.bought("-m", "gpt-6-luna", stdin=line)

    compared = shops.scrimp("models", "--compare", "gpt-6-luna")
    assert "Credit with openrouter: $0 of $0.000004 are left." in compared.out
    checked = shops.scrimp("prices", "check").out
    assert "openrouter: the credit of $0.000004 with openrouter is used up" in checked


def test_a_project_of_somebody_else_sets_no_credit_and_no_sameness(scrimp: Scrimp) -> None:
    for table, key in (
        ("providers.openai", "credit = 1000"),
        ("providers.openai", 'credit_since = "2026-01-01"'),
        ("providers.openai", 'buy = "cheapest"'),
        ('models."openai/gpt-6-luna"', 'same_as = "openai/gpt-6-astra"'),
    ):
        scrimp.file("scrimp.toml", f"[{table}]\n{key}\n")
        ran = scrimp("models")
        assert ran.status == 2, key
        assert "which only a project file you trust may set" in ran.err


def test_one_models_price_is_compared_at_every_provider(shops: Shops) -> None:
    shops.scrimp.env["TOKENMIX_API_KEY"] = "sk-tm-0123456789"
    scrimp = shops.scrimp
    scrimp("prices", "set", "tokenmix/gpt-6-luna", "--input", "0.07", "--output", "0.60")

    rows = json.loads(scrimp("models", "--compare", LUNA, "--json").out)
    assert [(row["model"], row["input"], row["output"], row["call"], row["callable"]) for row in rows] == [
        (AT_ROUTER, 0.08, 0.4, 0.00016, True),
        ("tokenmix/gpt-6-luna", 0.07, 0.6, 0.00019, True),
        (LUNA, 0.1, 0.5, 0.0002, True),
    ]
    lines = scrimp("models", "--compare", LUNA).out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["model", AT_ROUTER, "tokenmix/gpt-6-luna", LUNA]
    assert lines[-1] == f'{LUNA} is bought there; with buy = "cheapest" under [defaults] as {AT_ROUTER}.'
    assert scrimp("models", "--compare", "gpt-6-luna").out.splitlines()[-1] == f"gpt-6-luna is bought as {AT_ROUTER}."


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--json"], "--json is for --compare MODEL"),
        (["--compare", LUNA, "--all"], "--compare takes one model and nothing else"),
        (["--compare", "nothing/x"], "unknown model 'nothing/x'"),
    ],
)
def test_a_comparison_of_nothing_is_refused(scrimp: Scrimp, words: list[str], message: str) -> None:
    ran = scrimp("models", *words)

    assert (ran.status, message in ran.err) == (2, True)


@pytest.mark.parametrize(("shared", "bought"), [(True, "openai"), (False, "openrouter")])
def test_rows_that_share_a_long_beginning_are_bought_where_it_is_kept_for_least(
    shops: Shops, shared: bool, bought: str
) -> None:
    """OpenAI's price is 0.10, and 0.01 for what it keeps; the router here takes 0.09 for all of it."""
    shops.config(f'[models."{AT_ROUTER}"]\nprice = {{ input = 0.09, output = 0.50 }}\n', router="")
    system = "You answer tickets of a shop. " * 400
    rows = "".join(
        json.dumps({"prompt": f"ticket {number}", "system": system if shared else f"{number} {system}"}) + "\n"
        for number in range(20)
    )
    shops.scrimp.file("rows.jsonl", rows)

    told = shops.scrimp("estimate", "rows.jsonl", "-m", "gpt-6-luna", "--max-output", "2", "--json")
    ran = shops.scrimp("run", "rows.jsonl", "-m", "gpt-6-luna", "--max-output", "2")

    assert {row["provider"] for row in ran.rows} == {bought}, ran.err
    # At the router 20 rows of some 2 800 tokens cost 0.005.
    assert (json.loads(told.out)["routed"]["expected"] < 0.002) == shared


def test_each_row_is_bought_where_its_own_size_is_cheapest(shops: Shops) -> None:
    for name, above in ((LUNA, "2"), (AT_ROUTER, "0.5")):
        shops.scrimp("prices", "set", name, "--input", "1", "--output", "1")
        shops.scrimp("prices", "set", name, "--above", "1000", "--input", above)
    shops.scrimp("prices", "set", AT_ROUTER, "--input", "1.1")
    shops.vendor.answer = shops.router.answer = lambda body: completion("ok", model=body["model"])

    assert shops.bought("-m", "gpt-6-luna", stdin=f"short\n{'long ' * 2000}\n") == ["openai", "openrouter"]


def test_who_has_a_resellers_key_alone_buys_every_model_there(shops: Shops) -> None:
    tiers = "".join(f'{tier} = ["gpt-6-luna"]\n' for tier in ("simple", "medium", "high"))
    scrimp = shops.scrimp
    scrimp.config(
        f'[providers.openrouter]\nbase_url = "{shops.router.url}"\nkey_env = ""\ndiscount = "50%"\n[tiers]\n{tiers}'
    )

    assert scrimp("config", "check").out == "the configuration is valid\n"
    assert f"{LUNA} is bought as {AT_ROUTER} now." in scrimp("models").out
    assert scrimp("route", "-", stdin="a\n").out.split("\t")[2] == AT_ROUTER
    assert "ok     tiers: simple openrouter/openai/gpt-6-luna" in scrimp("doctor").out
    quote = json.loads(scrimp("estimate", "-", "--tier", "simple", "--json", stdin="a\n").out)
    full = json.loads(scrimp("estimate", "-", "-m", LUNA, "--all", "--json", stdin="a\n").out)
    assert quote["offers"][0]["expected"] * 2 == pytest.approx(full["offers"][0]["expected"])
    assert shops.bought("--tier", "simple") == ["openrouter"]
    assert f"{LUNA} is bought as {AT_ROUTER}, for $0.05 in and $0.25 out (openai has no key)" in shops.err


def test_a_sameness_with_no_provider_is_found_by_a_check(scrimp: Scrimp) -> None:
    scrimp.config('[models."openai/x"]\nsame_as = "opneai/y"\n')
    assert "same_as names opneai, and there is no such provider" in scrimp("config", "check").out

    scrimp.config('[models."openai/x"]\nsame_as = "y"\n')
    assert "same_as 'y' does not name a model: write it as provider/model" in scrimp("config", "check").err


def test_a_gateways_own_name_has_the_price_of_the_list_that_it_sells_by(
    scrimp: Scrimp, provider: FakeProvider, router: FakeProvider
) -> None:
    scrimp.config(
        f'[providers.openai]\nbase_url = "{provider.url}"\nkey_env = ""\n[providers.house]\ndialect = "openai"\n'
        f'base_url = "{router.url}"\nkey_env = ""\nprice_provider = "openai"\ndiscount = "10%"\n'
        '[models."house/cheap-one"]\nsame_as = "openai/gpt-6-luna"\n'
    )
    router.answer = lambda _: completion("hi", model="gpt-6-luna-2026-09-22")

    ran = scrimp("run", "-", "-m", "gpt-6-luna", stdin="hello\n")

    assert (ran.rows[0]["provider"], ran.rows[0]["cost_usd"]) == ("house", 0.0000018)  # 10 at 0.09 and 2 at 0.45
    assert "was answered by" not in ran.err
    assert "Without scrimp (openai/gpt-6-luna): about $0.000002." in ran.err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'credit_since = "yesterday"',
            'providers.openai.credit_since must be a day such as 2026-11-01, not "yesterday"',
        ),
        ("credit_since = 5", "providers.openai.credit_since must be a day such as 2026-11-01, not 5"),
        ("credit = -1", "credit -1 is not an amount of dollars"),
        ("credit = nan", "credit NaN is not an amount of dollars"),
        ('buy = "cheap"', "did you mean cheapest?"),
        ('discount = "15"', "discount '15' is not a discount"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(scrimp: Scrimp, line: str, message: str) -> None:
    scrimp.config(f"[providers.openai]\n{line}\n")

    ran = scrimp("models")

    assert (ran.status, message in ran.err) == (2, True), ran.err


def test_a_day_may_be_written_as_a_date_or_as_text(scrimp: Scrimp) -> None:
    for day in ("2026-11-01", '"2026-11-01"'):
        scrimp.config(f'[providers.openai]\nkey_env = ""\ncredit = 5\ncredit_since = {day}\n')
        assert "Credit with openai: $5.00 of $5.00 are left since 2026-11-01." in scrimp("models").out
        assert 'providers.openai.credit_since = "2026-11-01"' in scrimp("config", "show").out

    scrimp.config('[providers.openai]\nkey_env = ""\ncredit_since = 2026-11-01\n')
    assert "credit_since counts a credit, and there is none: set credit" in scrimp("config", "check").out


def test_a_chain_is_judged_by_prices_of_the_sellers_that_it_is_bought_from(shops: Shops) -> None:
    shops.router.answer = lambda body: completion("yes", model=body["model"])
    shops.scrimp.config(
        f'[providers.openrouter]\nbase_url = "{shops.router.url}"\nkey_env = ""\n'
        '[chains.dear]\nsteps = ["gpt-6.1-terra", "gpt-6-luna"]\nsignal = "choices"\n'
    )

    assert shops.bought("--chain", "dear", "--choices", "yes,no") == ["openrouter"]
    assert "chain 'dear' can hardly save money: what comes before its last step costs 1000 %" in shops.err
