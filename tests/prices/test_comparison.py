"""What a comparison of two price lists finds: every rate that they have otherwise, and nothing that one leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scrimp.prices.book import PriceBook
from scrimp.prices.comparison import Comparison, compare
from scrimp.prices.lookup import PriceLookup
from scrimp.prices.price_row import utc_moment
from scrimp.prices.table import load_table

NOON = 1_795_000_000.0


def lookup(tmp_path: Path, date: str = "2027-01-01", **models: Any) -> PriceLookup:
    rows = {
        name: {
            "prices": [{"bands": [{"rates": rates}]}],
            "variants": [{"context": {"processing": "batch"}, "bands": [{"rates": batch}]}] if batch else [],
        }
        for name, (rates, batch) in models.items()
    }
    path = tmp_path / f"{date}.json"
    path.write_text(json.dumps({"date": date, "source": "s", "licence": "", "providers": {"openai": {"rows": rows}}}))
    return PriceLookup(load_table(path))


def found(comparison: Comparison) -> set[tuple[str, ...]]:
    return {
        (each.model, each.processing, each.kind, str(each.ours), str(each.theirs)) for each in comparison.differences
    }


def test_a_rate_that_only_one_list_has_is_told_by_which_one_it_is(tmp_path: Path) -> None:
    ours = lookup(
        tmp_path, a=({"input": "1", "cached_input": "0.1"}, {}), b=({"input": "1"}, {"input": "0.5"}),
        c=({"input": "1"}, {}),
    )  # fmt: skip
    theirs = lookup(
        tmp_path, "2027-01-02", a=({"input": "1", "output": "2"}, {}), b=({"input": "1"}, {}), d=({"input": "1"}, {})
    )

    compared = compare(ours, theirs, utc_moment(NOON))
    assert found(compared) == {("a", "standard", "output", "None", "2")}
    assert (compared.models, compared.only_ours, compared.only_theirs) == (2, ("openai/c",), ("openai/d",))
    assert found(compare(ours, theirs, utc_moment(NOON), lost=True)) == {
        ("a", "standard", "output", "None", "2"),
        ("a", "standard", "cached_input", "0.1", "None"),
        ("b", "batch", "input", "0.5", "None"),
    }


some_rates = st.fixed_dictionaries(
    {"input": st.sampled_from(["1", "2"])}, optional={"output": st.sampled_from(["3", "4"])}
)


@given(rates=some_rates, batch=some_rates)
def test_a_list_does_not_differ_from_itself(
    rates: dict[str, str], batch: dict[str, str], tmp_path_factory: Any
) -> None:
    prices = lookup(tmp_path_factory.mktemp("list"), a=(rates, batch))

    assert compare(prices, prices, utc_moment(NOON), lost=True).differences == ()


def test_a_table_that_is_older_than_the_shipped_one_is_not_used(tmp_path: Path) -> None:
    """An update made before a newer scrimp was installed."""
    path = tmp_path / "prices.json"
    row = {"prices": [{"bands": [{"rates": {"input": "77"}}]}]}

    def price(date: str) -> str:
        path.write_text(
            json.dumps(
                {"date": date, "source": "s", "licence": "", "providers": {"openai": {"rows": {"gpt-6-luna": row}}}}
            )
        )
        found = PriceBook(table=path).price("openai", "gpt-6-luna", NOON)
        assert found is not None
        return str(found.rates_for(0).input)

    assert [price(date) for date in ("2026-11-08", "2026-11-09", "2027-03-01")] == ["0.1", "77", "77"]
