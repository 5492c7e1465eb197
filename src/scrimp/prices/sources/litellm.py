"""Making price rows of LiteLLM's table, `model_prices_and_context_window.json` (MIT): dollars per single token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal

import msgspec

from scrimp.prices.price_lists import VENDOR_PREFIXES
from scrimp.prices.price_row import DatedRates, PriceRow, Variant
from scrimp.prices.rates import PRICED_PER, Band, Rates
from scrimp.prices.sources.problem import SourceError, amount, listed, mapping
from scrimp.prices.table import ProviderPricesFile

_KINDS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached_input",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_long",
    "output_cost_per_reasoning_token": "reasoning",
    "input_cost_per_audio_token": "input_audio",
    "cache_read_input_audio_token_cost": "cached_audio",
    "output_cost_per_audio_token": "output_audio",
}
_SUFFIXES = {
    "batches": ("processing", "batch"),
    "flex": ("service_tier", "flex"),
    "priority": ("service_tier", "priority"),
}
_FIELD = re.compile(
    rf"(?P<kind>{'|'.join(sorted(_KINDS, key=len, reverse=True))})(?:_above_(?P<above>\d+)k_tokens)?"
    rf"(?:_(?P<how>{'|'.join(_SUFFIXES)}))?"
)
_MODES = ("chat", "completion", "responses", None)
# Their floats carry the noise of binary arithmetic (4.000000000000001e-06); no price has this many digits.
_PRICE_DIGITS = Context(prec=10)
# Alibaba bills all output of a call that thought at the rate which this table has for reasoning alone.
_THINKING_IS_ALL_OUTPUT = ("qwen",)
_Context = tuple[tuple[str, str], ...]


def providers_of(data: object) -> dict[str, ProviderPricesFile]:
    """Return the rows of each provider, under scrimp's name for it."""
    rows: dict[str, dict[str, PriceRow]] = {}
    aliases: dict[str, dict[str, str]] = {}
    for key, value in sorted(mapping(data, "the table").items(), key=lambda pair: "/" in pair[0]):
        entry = mapping(value, key)
        provider, name = _place(key, entry)
        if "alias_of" in entry:
            target = str(entry["alias_of"])
            aliases.setdefault(VENDOR_PREFIXES.get(key.partition("/")[0], key.partition("/")[0]), {})[
                key.partition("/")[2].lower()
            ] = target.partition("/")[2]
        elif provider and entry.get("mode") in _MODES and (row := _row(key, entry, provider)) is not None:
            rows.setdefault(provider, {})[name] = row
    return {
        provider: ProviderPricesFile(
            rows={name: msgspec.Raw(msgspec.json.encode(row)) for name, row in named.items()},
            names={name: target for name, target in aliases.get(provider, {}).items() if target in named},
        )
        for provider, named in rows.items()
    }


def _place(key: str, entry: Mapping[str, object]) -> tuple[str, str]:
    """Return the price list a model is on, and its name there; "" where the table does not say."""
    theirs = str(entry.get("litellm_provider") or "")
    return VENDOR_PREFIXES.get(theirs, theirs), key.removeprefix(f"{theirs}/")


def _row(key: str, entry: Mapping[str, object], provider: str) -> PriceRow | None:
    """Return a model's row; None if it has no price by the token (0 in and out is a price they do not know)."""
    by_context = _tiered(key, entry) or _flat(key, entry)
    standard = by_context.pop((), {})
    if not standard or all(not rates.get("input") and not rates.get("output") for rates in standard.values()):
        return None
    for rates in standard.values():
        _read_reasoning(rates, provider)
    if (search := entry.get("search_context_cost_per_query")) is not None:
        standard.setdefault(0, {})["web_search"] = _searches(key, search)
    variants = [Variant(dict(context), _bands(steps)) for context, steps in sorted(by_context.items())]
    fast = mapping(entry.get("provider_specific_entry") or {}, key).get("fast")
    if fast is not None:
        factor = amount(fast, f"{key}: fast")
        faster = {
            above: {k: r * factor for k, r in rates.items() if k != "web_search"} for above, rates in standard.items()
        }
        variants.append(Variant({"speed": "fast"}, _bands(faster)))
    return PriceRow((DatedRates(_bands(standard)),), tuple(variants))


def _read_reasoning(rates: dict[str, Decimal], provider: str) -> None:
    reasoning = rates.pop("reasoning", None)
    if reasoning is not None and reasoning != rates.get("output"):
        rates["thinking_output" if provider in _THINKING_IS_ALL_OUTPUT else "reasoning"] = reasoning


def _flat(key: str, entry: Mapping[str, object]) -> dict[_Context, dict[int, dict[str, Decimal]]]:
    """Return rates by context, then by the number of input tokens above which they apply."""
    found: dict[_Context, dict[int, dict[str, Decimal]]] = {}
    for kind, above, context, dollars in _fields(key, entry):
        found.setdefault(context, {}).setdefault(above, {})[kind] = dollars
    return found


def _tiered(key: str, entry: Mapping[str, object]) -> dict[_Context, dict[int, dict[str, Decimal]]]:
    steps: dict[int, dict[str, Decimal]] = {}
    for tier in listed(entry.get("tiered_pricing") or [], key):
        step = mapping(tier, key)
        span = listed(step.get("range"), f"{key}: range") or [None]
        steps[int(amount(span[0], f"{key}: range"))] = {kind: dollars for kind, _, _, dollars in _fields(key, step)}
    return {(): steps} if steps else {}


def _fields(key: str, entry: Mapping[str, object]) -> Iterator[tuple[str, int, _Context, Decimal]]:
    for name, value in entry.items():
        match = _FIELD.fullmatch(name)
        if match is None or value is None:
            continue
        context = (_SUFFIXES[match["how"]],) if match["how"] else ()
        above = int(match["above"] or 0) * 1000
        title = f"{key}: {name}"
        yield _KINDS[match["kind"]], above, context, amount(_per_million(amount(value, title)), title)


def _per_million(dollars: Decimal) -> Decimal:
    return _PRICE_DIGITS.plus(dollars * PRICED_PER).normalize()


def _searches(key: str, value: object) -> Decimal:
    """Return dollars for a thousand searches, at the middle size of context."""
    sizes = mapping(value, f"{key}: search_context_cost_per_query")
    name = "search_context_size_medium"
    if name not in sizes:
        raise SourceError(f"{key} has no price for a search with a context of middle size")
    return _PRICE_DIGITS.plus(amount(sizes[name], key) * 1000).normalize()


def _bands(steps: Mapping[int, Mapping[str, Decimal]]) -> tuple[Band, ...]:
    """Return the rates above each threshold; a kind that is not listed again keeps its rate."""
    bands: list[Band] = []
    rates: dict[str, Decimal] = {}
    for above in sorted(steps):
        rates |= steps[above]
        bands.append(Band(Rates(**rates), above))
    if bands[0].above:  # nothing is listed below the first threshold
        bands.insert(0, Band(Rates()))
    return tuple(bands)
