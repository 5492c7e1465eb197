"""Making price rows of genai-prices' data (https://github.com/pydantic/genai-prices, MIT).

Only prices of text, audio and web searches are kept. Aliases are not matched at run time as genai-prices does (by
prefix and substring): every name that its rules mention is resolved here, by those rules, into a plain dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import msgspec

from scrimp.prices.model_names import dashed_date
from scrimp.prices.price_row import Condition, DatedRates, PriceRow, Variant
from scrimp.prices.rates import Band, Rates
from scrimp.prices.sources.problem import SourceError, amount, listed, mapping
from scrimp.prices.table import ProviderPricesFile

_KINDS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_long",
    "output_reasoning_mtok": "reasoning",
    "input_audio_mtok": "input_audio",
    "cache_audio_read_mtok": "cached_audio",
    "output_audio_mtok": "output_audio",
    "web_searches_kcount": "web_search",
}
_CONTEXT_KEYS = {"processing", "service_tier", "speed"}
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "equals": str.__eq__,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": str.__contains__,
}
Matcher = Callable[[str], bool]
_LONGEST_PATTERN = 200
_MOST_REPEATS = 4
_REPEATS = re.compile(r"[*+{]")
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_FREE = Rates(input=Decimal(0), output=Decimal(0))


def providers_of(data: object) -> dict[str, ProviderPricesFile]:
    """Return the rows of each provider; `data` is a list of providers, or an object that has one."""
    providers = listed(data["providers"] if isinstance(data, dict) and "providers" in data else data, "the data")
    made: dict[str, ProviderPricesFile] = {}
    for entry in providers:
        provider = mapping(entry, "a provider")
        file = _provider(provider)
        if file.rows:
            made[str(provider.get("id"))] = file
    return made


def _provider(provider: Mapping[str, object]) -> ProviderPricesFile:
    name = str(provider.get("id"))
    models = [mapping(model, f"a model of {name}") for model in listed(provider.get("models"), f"models of {name}")]
    rows = {str(model.get("id")): row for model in models if (row := _row(name, model)) is not None}
    for base in [base for base in rows if f"{base}:batch" in rows]:
        rows[base] = _with_batch(rows[base], rows[f"{base}:batch"])
    matchers = [(str(model.get("id")), _matcher(model.get("match"))) for model in models]
    names: dict[str, str] = {}
    stems: dict[str, str] = {}
    for model in models:
        for kind, text in (("equals", str(model.get("id"))), *_literals(model.get("match"))):
            if not text or (found := _find(matchers, text.lower())) is None:
                continue
            names[text.lower()] = found
            if kind != "equals":
                stem = text.lower().rstrip("@-")
                stems[stem] = _find(matchers, stem) or found
    names = {name: row for name, row in names.items() if not (name == row.lower() and row in rows)}
    raw = {name: msgspec.Raw(msgspec.json.encode(row)) for name, row in rows.items()}
    return ProviderPricesFile(rows=raw, names=names, stems=stems)


def _find(matchers: list[tuple[str, Matcher]], name: str) -> str | None:
    """Return the id of the first model whose rules match a name; None if there is none."""
    for spelling in dict.fromkeys((name, dashed_date(name))):
        for model, matches in matchers:
            if matches(spelling):
                return model
    return None


def _matcher(clause: object) -> Matcher:
    """Return the test that a rule makes of a name in lower case."""
    kind, value = _only(clause)
    if isinstance(value, list):
        parts = [_matcher(part) for part in value]
        combine = any if kind == "or" else all
        return lambda name: combine(part(name) for part in parts)
    if kind == "regex":
        pattern = _pattern(str(value))
        return lambda name: pattern.search(name) is not None
    if kind not in _TESTS:
        raise SourceError(f"a rule that matches names is of an unknown kind: {kind}")
    test, text = _TESTS[kind], str(value).lower()
    return lambda name: test(name, text)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Compile an expression of others, unless it could take forever on a name: those of the data are plain."""
    if len(text) > _LONGEST_PATTERN or _REPEATED_GROUP.search(text) or len(_REPEATS.findall(text)) > _MOST_REPEATS:
        raise SourceError(f"the regular expression {text[:40]!r} is more than names need")
    try:
        return re.compile(text)
    except re.error as error:
        raise SourceError(f"{text!r} is not a regular expression: {error}") from error


def _literals(clause: object) -> Iterator[tuple[str, str]]:
    """Yield the kind and text of each rule that mentions a name; a regular expression mentions none."""
    kind, value = _only(clause)
    if isinstance(value, list):
        for part in value:
            yield from _literals(part)
    elif kind != "regex":
        yield kind, str(value)


def _only(clause: object) -> tuple[str, object]:
    rule = mapping(clause, "a rule that matches names")
    if len(rule) != 1:
        raise SourceError("a rule that matches names has not one key")
    return next(iter(rule.items()))


def _row(provider: str, model: Mapping[str, object]) -> PriceRow | None:
    """Return a model's row; None if it is not priced by tokens, or not only by them."""
    name = f"{provider}/{model.get('id')}"
    prices = model.get("prices")
    dated = [mapping(entry, name) for entry in prices] if isinstance(prices, list) else [{"prices": prices}]
    if any("requests_kcount" in mapping(entry.get("prices"), name) for entry in dated):
        return None
    if provider == "openrouter" and str(model.get("id")).endswith(":free"):
        return PriceRow((DatedRates((Band(_FREE),)),))
    rows = tuple(
        DatedRates(_bands(entry.get("prices"), name), _condition(entry.get("constraint"), name)) for entry in dated
    )
    if not any(band.rates.input is not None for row in rows for band in row.bands):
        return None
    return PriceRow(rows, tuple(_variants(model, name)))


def _variants(model: Mapping[str, object], name: str) -> Iterator[Variant]:
    for entry in listed(model.get("price_variants") or [], name):
        variant = mapping(entry, name)
        when = {str(key): str(value) for key, value in mapping(variant.get("when"), name).items()}
        override = _bands(variant.get("prices"), name)
        if when.keys() <= _CONTEXT_KEYS and override != (Band(Rates()),):
            yield Variant(when, override, _condition(variant.get("constraint"), name))


def _with_batch(standard: PriceRow, batch: PriceRow) -> PriceRow:
    """Add a row listed as NAME:batch to NAME as its variant for batch jobs."""
    variants = tuple(Variant({"processing": "batch"}, dated.bands, dated.condition) for dated in reversed(batch.prices))
    return msgspec.structs.replace(standard, variants=standard.variants + variants)


def _bands(prices: object, name: str) -> tuple[Band, ...]:
    by_kind = {
        _KINDS[key]: _steps(price, f"{name}: {key}")
        for key, price in mapping(prices, name).items()
        if key in _KINDS and price is not None
    }
    starts = sorted({start for steps in by_kind.values() for start in steps} | {0})
    return tuple(
        Band(Rates(**{kind: _price_above(steps, start) for kind, steps in by_kind.items()}), start) for start in starts
    )


def _steps(price: object, name: str) -> dict[int, Decimal]:
    """Return the price above each number of input tokens."""
    if not isinstance(price, dict):
        return {0: amount(price, name)}
    tiers = [mapping(tier, name) for tier in listed(price.get("tiers") or [], name)]
    steps = {0: amount(price.get("base"), name)}
    for tier in tiers:
        start = tier.get("start")
        if not isinstance(start, int) or isinstance(start, bool) or start < 0:
            raise SourceError(f"{name} has a tier that starts at {start!r}, which is not a number of tokens")
        steps[start] = amount(tier.get("price"), name)
    return steps


def _price_above(steps: Mapping[int, Decimal], start: int) -> Decimal:
    return steps[max(step for step in steps if step <= start)]


def _condition(constraint: object, name: str) -> Condition | None:
    if constraint is None:
        return None
    rule = mapping(constraint, name)
    if "start_date" in rule:
        return Condition(since=_day(rule["start_date"], name))
    if "start_time" in rule and "end_time" in rule:
        return Condition(start=_utc_minute(rule["start_time"], name), end=_utc_minute(rule["end_time"], name))
    raise SourceError(f"{name} has prices under a condition of an unknown kind: {', '.join(map(str, rule))}")


def _day(value: object, name: str) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise SourceError(f"{name} has prices since {value!r}, which is not a day") from error


def _utc_minute(value: object, name: str) -> str:
    try:
        moment = datetime.fromisoformat(f"1970-01-02T{value}")
    except ValueError as error:
        raise SourceError(f"{name} changes its price at {value!r}, which is not a time of day") from error
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    if utc.second or utc.microsecond:
        raise SourceError(f"{name} changes its price at {value}, which is not a whole minute")
    return f"{utc:%H:%M}"
