"""The next day on which a price changes, beside a look at every day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scrimp.prices.book import PriceBook

MODELS = [
    ("gemini", "gemini-4-argon"),  # doubles in December
    ("gemini", "gemini-3.8-flash"),  # doubles in January
    ("deepseek", "deepseek-flash"),  # by the hour alone
    ("deepseek", "deepseek-chat"),  # withdrawn in July
    ("openai", "gpt-6-luna"),
    ("anthropic", "claude-sonnet-5-5"),
]


def first_change(book: PriceBook, provider: str, model: str, now: datetime, days: int) -> str | None:
    """Return the first day whose price is another one, a whole number of weeks ahead where the hour matters."""
    here = book.price(provider, model, now.timestamp())
    for ahead in range(1, days + 1):
        day = now + timedelta(days=ahead)
        # The same weekday, so that working hours do not look like a change of the list.
        there = [book.price(provider, model, (day + timedelta(days=more)).timestamp()) for more in range(7)]
        if all(price != here for price in there):
            return f"{day:%Y-%m-%d}"
    return None


@pytest.mark.parametrize(("provider", "model"), MODELS)
@pytest.mark.parametrize("now", [(2026, 11, 29, 12), (2026, 12, 1, 0), (2026, 7, 10, 2), (2026, 12, 20, 8)])
def test_the_next_change_is_the_first_day_that_has_another_price(
    provider: str, model: str, now: tuple[int, ...]
) -> None:
    book, moment = PriceBook(), datetime(*now, tzinfo=UTC)  # type: ignore[misc,arg-type]  # no tzinfo among these

    change = book.next_change(provider, model, moment.timestamp(), days=30)

    assert (change and change.day) == first_change(book, provider, model, moment, 30)


def test_a_change_has_the_prices_before_and_after_it() -> None:
    now = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()

    change = PriceBook().next_change("gemini", "gemini-4-argon", now, days=2)

    assert change is not None
    assert [str(bands[0].rates.input) for bands in (change.before, change.after)] == ["2", "4"]
    assert PriceBook().next_change("gemini", "gemini-4-argon", now, days=1) is None
