"""Price lists of others, read as tables: what a call costs by them is what their owners say."""

from __future__ import annotations

import gzip
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrimp.errors import ConfigError
from scrimp.prices.lookup import PriceLookup
from scrimp.prices.price_row import bands_in_force, utc_moment
from scrimp.prices.rates import Rates, cost, rates_for
from scrimp.prices.sources.formats import table_of
from scrimp.prices.sources.genai_package import package_data
from scrimp.prices.sources.problem import check_amounts
from scrimp.prices.table import SHIPPED, PriceTable, decompress
from scrimp.values import Usage

GENAI = [
    {
        "id": "openai",
        "models": [
            {
                "id": "gpt-7",
                "match": {"or": [{"equals": "gpt-7"}, {"starts_with": "gpt-7-preview"}, {"regex": "^gpt-7-\\d{4}$"}]},
                "prices": [
                    {"prices": {"input_mtok": {"base": 1, "tiers": [{"start": 1000, "price": 2}]}, "output_mtok": 0.3}},
                    {"constraint": {"start_date": "2027-01-01"}, "prices": {"input_mtok": 3, "output_mtok": 4}},
                ],
                "price_variants": [
                    {"when": {"processing": "batch"}, "prices": {"input_mtok": 0.5}},
                    {"when": {"route": "eu"}, "prices": {"input_mtok": 99}},
                ],
            },
            {"id": "asked", "match": {"equals": "asked"}, "prices": {"input_mtok": 1, "requests_kcount": 5}},
        ],
    }
]
LITELLM = {
    "sample_spec": {"litellm_provider": "one of ...", "mode": "one of ...", "input_cost_per_token": 0.0},
    "gpt-7": {
        "litellm_provider": "openai", "mode": "chat",
        "input_cost_per_token": 4.000000000000001e-06, "output_cost_per_token": 1e-05,
        "input_cost_per_token_above_272k_tokens": 8e-06, "input_cost_per_token_batches": 2e-06,
        "input_cost_per_token_above_272k_tokens_batches": 4e-06,
        "cache_creation_input_token_cost": 5e-06, "cache_creation_input_token_cost_above_1hr": 8e-06,
        "search_context_cost_per_query": {"search_context_size_medium": 0.01},
        "provider_specific_entry": {"us": 1.1, "fast": 2},
    },
    "gpt-unknown": {"litellm_provider": "openai", "input_cost_per_token": 0.0, "output_cost_per_token": 0},
    "drawn": {"litellm_provider": "openai", "mode": "image_generation", "input_cost_per_token": 1e-06},
    "dashscope/qwen-9": {
        "litellm_provider": "dashscope", "mode": "chat",
        "tiered_pricing": [
            {"range": [0, 256000.0], "input_cost_per_token": 4e-07, "output_cost_per_token": 1.2e-06,
             "output_cost_per_reasoning_token": 4e-06},
            {"range": [256000.0, 1000000.0], "input_cost_per_token": 1.2e-06, "output_cost_per_token": 3.6e-06},
        ],
    },
    "deepseek/now": {"alias_of": "deepseek/flash"},
    "deepseek/flash": {"litellm_provider": "deepseek", "input_cost_per_token": 3e-07, "output_cost_per_token": 1.2e-06},
}  # fmt: skip


def lookup(data: Any, *, packed: bool = False) -> PriceLookup:
    text = json.dumps(data).encode()
    file = table_of(gzip.compress(text, mtime=0) if packed else text, origin="list.json", day="2026-11-28")
    return PriceLookup(PriceTable(file, Path("list.json")))


def rates(
    prices: PriceLookup, provider: str, model: str, tokens: int = 1, when: float = 1_795_000_000.0, **context: str
) -> Rates | None:
    match = prices.find_on_list(provider, model)
    return None if match is None else rates_for(bands_in_force(match.row, utc_moment(when), context), tokens)


def test_genai_prices_data_has_tiers_dates_and_variants() -> None:
    prices = lookup(GENAI)

    assert rates(prices, "openai", "gpt-7", 1000) == Rates(input=Decimal(1), output=Decimal("0.3"))
    assert rates(prices, "openai", "gpt-7-preview", 1001) == Rates(input=Decimal(2), output=Decimal("0.3"))
    assert rates(prices, "openai", "gpt-7", processing="batch") == Rates(input=Decimal("0.5"), output=Decimal("0.3"))
    assert rates(prices, "openai", "gpt-7", when=1_800_000_000.0) == Rates(input=Decimal(3), output=Decimal(4))
    assert rates(prices, "openai", "gpt-7", route="eu") == rates(prices, "openai", "gpt-7")
    assert rates(prices, "openai", "asked") is None


def test_the_newest_form_of_their_data_has_the_list_in_an_object() -> None:
    assert rates(lookup({"units": {}, "providers": GENAI}), "openai", "gpt-7") == rates(
        lookup(GENAI), "openai", "gpt-7"
    )


def test_litellms_table_has_thresholds_batch_and_speed() -> None:
    prices = lookup(LITELLM, packed=True)
    below = Rates(
        input=Decimal(4),
        output=Decimal(10),
        cache_write=Decimal(5),
        cache_write_long=Decimal(8),
        web_search=Decimal(10),
    )

    assert rates(prices, "openai", "gpt-7", 272_000) == below
    above = rates(prices, "openai", "gpt-7", 272_001)
    assert above is not None
    assert (above.input, above.output) == (Decimal(8), Decimal(10))
    batch, fast = rates(prices, "openai", "gpt-7", processing="batch"), rates(prices, "openai", "gpt-7", speed="fast")
    assert batch is not None
    assert fast is not None
    assert (batch.input, fast.input, fast.output, fast.web_search) == (2, 8, 20, 10)


def test_litellms_zero_is_a_price_it_does_not_know() -> None:
    prices = lookup(LITELLM)

    assert [rates(prices, "openai", model) for model in ("gpt-unknown", "drawn", "sample_spec")] == [None] * 3


def test_litellms_reasoning_rate_of_qwen_is_that_of_all_output() -> None:
    found = rates(lookup(LITELLM), "qwen", "qwen-9")

    assert found is not None
    assert (found.thinking_output, found.reasoning) == (Decimal(4), None)
    assert cost(Usage(input=0, output=1_000_000, reasoning=1), found) == 4


def test_litellms_alias_is_another_name() -> None:
    assert rates(lookup(LITELLM), "deepseek", "now") == Rates(input=Decimal("0.3"), output=Decimal("1.2"))


def test_a_table_of_our_own_is_read_as_it_is() -> None:
    file = table_of(SHIPPED.read_bytes(), origin="table.json.gz", day="2099-01-01")

    assert file.date == "2026-11-09"
    assert json.loads(decompress(SHIPPED.read_bytes()))["source"] == file.source


def test_the_packages_data_are_those_of_the_shipped_table() -> None:
    data, version = package_data()
    shipped = json.loads(decompress(SHIPPED.read_bytes()))

    assert version in shipped["source"]
    assert isinstance(data, list)
    assert {entry["id"] for entry in data} == set(shipped["providers"])


@pytest.mark.parametrize("depth", [5_000, 500_000])
def test_a_list_nested_too_deeply_is_refused(depth: int) -> None:
    clause = b'{"or":[' * depth + b'{"equals":"m"}' + b"]}" * depth
    data = b'[{"id":"a","models":[{"id":"m","match":%s,"prices":{"input_mtok":1}}]}]' % clause

    with pytest.raises(ConfigError, match="nested too deeply"):
        table_of(data, origin="list.json", day="2026-11-28")


def data_with(prices: Any = 1, match: Any = None) -> Any:
    model = {"id": "m", "match": match or {"equals": "m"}, "prices": {"input_mtok": prices}}
    return [{"id": "a", "models": [model]}]


def table_with(dollars_per_token: Any) -> Any:
    return {"m": {"litellm_provider": "a", "input_cost_per_token": dollars_per_token}}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1f\x8bno",
        b"<html>",
        b"\xff\xfe{",
        gzip.compress(bytes(65 << 20), mtime=0),
        gzip.compress(b"[]" * 99, mtime=0)[:-9],
    ],
)
def test_what_is_not_json_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(ConfigError, match=r"^the price list list\.json is not JSON \("):
        table_of(data, origin="list.json", day="2026-11-28")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "it is not a table of scrimp's"),
        ([], "it has no prices"),
        ([1], "a provider is not an object"),
        ([{"id": "a"}], "models of a is not an array"),
        (data_with(-1), "a/m: input_mtok is -1, which cannot be a price"),
        (data_with("x"), "a/m: input_mtok is 'x', which is not an amount"),
        (data_with({"base": 1, "tiers": [{"start": -5, "price": 1}]}), "a tier that starts at -5"),
        (data_with(match={"regex": "(a+)+$"}), "is more than names need"),
        (data_with(match={"regex": "a["}), "is not a regular expression"),
        (data_with(match={"equals": "m", "contains": "n"}), "has not one key"),
        (table_with(True), "m: input_cost_per_token is True"),
        (table_with(5), "m: input_cost_per_token is 5000000, which cannot be a price"),
    ],
)
def test_what_is_not_a_price_list_is_refused_in_a_sentence(data: Any, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        table_of(json.dumps(data).encode(), origin="list.json", day="2026-11-28")

    assert words in str(refused.value)
    assert str(refused.value).startswith("the price list list.json ")


def test_a_package_that_is_not_installed_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices.data", None)

    with pytest.raises(ConfigError, match="the package genai-prices is not installed here: install it where scrimp is"):
        package_data()


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(-1, 1)
    | st.sampled_from(["", "m", "27-01-01", "1e-6", "x"])
)
words = st.sampled_from([
    "id", "models", "match", "equals", "or", "regex", "prices", "price_variants", "when", "constraint", "start_date",
    "start_time", "end_time", "base", "tiers", "start", "price", "input_mtok", "output_mtok", "providers",
    "litellm_provider", "mode", "alias_of", "input_cost_per_token", "output_cost_per_token", "range", "tiered_pricing",
    "input_cost_per_token_above_272k_tokens", "input_cost_per_token_batches", "search_context_cost_per_query",
    "search_context_size_medium", "provider_specific_entry", "fast", "date", "source", "licence", "form", "rows",
])  # fmt: skip
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4), max_leaves=20
)


def mutated(original: Any, path: list[int], leaf: Any) -> Any:
    """Return JSON with something else at a place in it."""
    if not path or not isinstance(original, list | dict) or not original:
        return leaf
    if isinstance(original, list):
        at = path[0] % len(original)
        return [mutated(part, path[1:], leaf) if n == at else part for n, part in enumerate(original)]
    chosen = list(original)[path[0] % len(original)]
    return {key: mutated(part, path[1:], leaf) if key == chosen else part for key, part in original.items()}


@given(tree=trees)
@example(tree={"m": {"litellm_provider": "a", "tiered_pricing": [{"range": []}]}})
def test_whatever_a_list_holds_it_is_read_or_refused(tree: Any) -> None:
    read_or_refused(tree)


@given(original=st.sampled_from([GENAI, LITELLM]), path=st.lists(st.integers(0, 20), max_size=9), leaf=trees)
def test_a_list_with_a_mistake_anywhere_is_read_or_refused(original: Any, path: list[int], leaf: Any) -> None:
    read_or_refused(mutated(original, path, leaf))


def read_or_refused(tree: Any) -> None:
    try:
        table = PriceTable(table_of(json.dumps(tree).encode(), origin="list.json", day="2026-11-28"), Path("list.json"))
        check_amounts(table)
    except ConfigError as error:
        refused = str(error)
    else:
        return
    assert "is not JSON" not in refused
