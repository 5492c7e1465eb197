"""What is amiss with prices, at given days."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from scrimp.flows.prices.findings import PriceFinding, price_findings
from scrimp.flows.prices.models_in_use import ModelInUse
from scrimp.prices.book import PriceBook
from scrimp.prices.own_prices import OwnPrice
from scrimp.prices.rates import Rates


def findings(*names: str, day: str = "2026-11-29", own: dict[str, OwnPrice] | None = None) -> list[PriceFinding]:
    now = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC).timestamp()
    models = [
        ModelInUse(provider=provider, model=model, named_by=["tier high"], calls=3)
        for provider, _, model in (name.partition("/") for name in names)
    ]
    book = PriceBook({name: price.row for name, price in (own or {}).items()})
    return price_findings(models, book, own or {}, now)


def test_a_model_without_a_price_comes_first_with_the_command_that_gives_it_one() -> None:
    change, unpriced = "gemini/gemini-4-argon", "tokenmix/gpt-4o-mini"

    found = findings(change, "openai/gpt-6-luna", unpriced)

    assert [(each.kind, each.model) for each in found] == [("unpriced", unpriced), ("change", change)]
    assert found[0].next_move == f"set one: scrimp prices set {unpriced} --input USD --output USD"
    assert found[1].message == (
        "costs $4 in and $20 out instead of $2 in and $10 out from 2026-12-01 on (tier high, 3 calls in 30 days)"
    )


def test_a_table_is_stale_after_45_days_and_not_before() -> None:
    assert [each.kind for each in findings(day="2026-12-24")] == []
    (stale,) = findings(day="2026-12-25")
    assert stale.message == "the price table is of 2026-11-09, 46 days old"
    assert "scrimp prices update" in stale.next_move


def test_a_change_is_told_of_for_30_days_before_it() -> None:
    days = {day: [each.kind for each in findings("gemini/gemini-4-argon", day=day)] for day in (
        "2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01",
    )}  # fmt: skip

    assert days == {"2026-10-31": [], "2026-11-01": ["change"], "2026-11-30": ["change"], "2026-12-01": []}


def test_a_price_of_ones_own_that_a_newer_list_contradicts_is_told_of() -> None:
    def own(rate_in: str, rate_out: str, day: str) -> dict[str, OwnPrice]:
        rates = Rates(input=Decimal(rate_in), output=Decimal(rate_out))
        return {"openai/gpt-6-luna": OwnPrice(rates=rates, day=day)}

    assert findings(own=own("0.1", "0.5", "2026-10-01")) == []
    assert findings(own=own("0.08", "0.4", "2026-11-20")) == []
    (outdated,) = findings(own=own("0.08", "0.4", "2026-10-01"))
    assert outdated.kind == "outdated"
    assert (
        outdated.message
        == "your price of 2026-10-01 is $0.08 in and $0.4 out, and the list of 2026-11-09 has $0.1 in and $0.5 out"
    )
    assert "scrimp prices set openai/gpt-6-luna --remove" in outdated.next_move
