"""Make the price table of the wheel from genai-prices' data: `make_prices.py`, or `--check` to see whether it is stale.

Only what prices text is kept. Aliases are not matched at run time as genai-prices does (by prefix and substring): every
name its rules mention is resolved here, by its own rules, into a plain dictionary.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from importlib.metadata import distribution, version
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

import msgspec  # noqa: E402 - the package under construction is found first
from genai_prices import types as theirs  # noqa: E402
from genai_prices.data import providers  # noqa: E402

from scrimp.prices import price_row, rates, table  # noqa: E402

# The package does not say of which day its data is; this is the day its release was read from.
DATES = {"0.2.3": "2026-11-09"}
KINDS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_long",
    "output_reasoning_mtok": "reasoning",
}
CONTEXTS = {"processing", "service_tier", "speed"}
FREE = rates.Rates(**dict.fromkeys(("input", "output"), rates.Decimal(0)))


def main() -> int:
    made = packed(build())
    if "--check" not in sys.argv[1:]:
        table.SHIPPED.write_bytes(made)
        print(f"{table.SHIPPED.relative_to(ROOT)}: {len(made)} bytes")
        return 0
    # Compressors differ from machine to machine; what they hold must not.
    stale = table.unpacked(table.SHIPPED.read_bytes()) != table.unpacked(made)
    print("the price table is stale: run .ci/make_prices.py" if stale else "the price table is up to date")
    return int(stale)


def packed(file: table.PriceTableFile) -> bytes:
    return gzip.compress(msgspec.json.encode(file), compresslevel=9, mtime=0)


def build() -> table.PriceTableFile:
    package = version("genai-prices")
    if package not in DATES:
        sys.exit(f"genai-prices {package} is new: write the date of its data into DATES")
    licence = distribution("genai-prices").read_text("licenses/LICENSE")
    if not licence:
        sys.exit("genai-prices came without its licence, which must travel with the table")
    shelves = {provider.id: shelf(provider) for provider in providers}
    return table.PriceTableFile(
        date=DATES[package],
        source=f"genai-prices {package} (https://github.com/pydantic/genai-prices)",
        licence=licence,
        providers={name: msgspec.Raw(msgspec.json.encode(kept)) for name, kept in shelves.items() if kept.rows},
    )


def shelf(provider: theirs.Provider) -> table.ProviderPricesFile:
    priced = {model.id: made for model in provider.models if (made := row(provider, model))}
    for name in [name for name in priced if f"{name}:batch" in priced]:
        priced[name] = with_batch(priced[name], priced[f"{name}:batch"])
    names: dict[str, str] = {}
    stems: dict[str, str] = {}
    for model in provider.models:
        for clause in (theirs.ClauseEquals(model.id), *leaves(model.match)):
            text = literal(clause)
            if text and (means := provider.find_model(text)):
                names[text] = means.id
                stem = text.rstrip("@-")
                if not isinstance(clause, theirs.ClauseEquals):
                    stems[stem] = (provider.find_model(stem) or means).id
    names = {name: means for name, means in names.items() if not (name == means.lower() and means in priced)}
    return table.ProviderPricesFile(
        rows={name: msgspec.Raw(msgspec.json.encode(made)) for name, made in priced.items()}, names=names, stems=stems
    )


def leaves(clause: object) -> Iterator[object]:
    if isinstance(clause, theirs.ClauseOr | theirs.ClauseAnd):
        for part in clause.or_ if isinstance(clause, theirs.ClauseOr) else clause.and_:
            yield from leaves(part)
    else:
        yield clause


def literal(clause: object) -> str | None:
    """Return the name a rule mentions; a regular expression mentions none (theirs are names with a date behind)."""
    match clause:
        case theirs.ClauseEquals(equals=text) | theirs.ClauseStartsWith(starts_with=text):
            return text.lower()
        case theirs.ClauseContains(contains=text) | theirs.ClauseEndsWith(ends_with=text):
            return text.lower()
    return None


def row(provider: theirs.Provider, model: theirs.ModelInfo) -> price_row.PriceRow | None:
    """Return a model's row; None where text tokens are not what it is priced by, or not all of it."""
    given = model.prices if isinstance(model.prices, list) else [theirs.ConditionalPrice(prices=model.prices)]
    if any("requests_kcount" in price.prices.__dict__ for price in given):
        return None
    dated = tuple(price_row.DatedRates(bands(price.prices), condition(price.constraint)) for price in given)
    if provider.id == "openrouter" and model.id.endswith(":free"):
        return price_row.PriceRow((price_row.DatedRates((rates.Band(FREE),)),))
    if not any(band.rates.input is not None for price in dated for band in price.bands):
        return None
    return price_row.PriceRow(
        dated,
        tuple(
            price_row.Variant(variant.when, laid, condition(variant.constraint))
            for variant in model.price_variants or ()
            if variant.when.keys() <= CONTEXTS and (laid := bands(variant.prices)) != (rates.Band(rates.Rates()),)
        ),
    )


def with_batch(standard: price_row.PriceRow, batch: price_row.PriceRow) -> price_row.PriceRow:
    """Lay a row listed as NAME:batch over NAME, so that asking for batch finds it."""
    found = tuple(
        price_row.Variant({"processing": "batch"}, dated.bands, dated.condition) for dated in reversed(batch.prices)
    )
    return msgspec.structs.replace(standard, variants=standard.variants + found)


def bands(prices: theirs.ModelPrice) -> tuple[rates.Band, ...]:
    kept = {KINDS[key]: price for key, price in prices.__dict__.items() if key in KINDS and price is not None}
    starts = {tier.start for price in kept.values() if isinstance(price, theirs.TieredPrices) for tier in price.tiers}
    return tuple(
        rates.Band(rates.Rates(**{kind: at(price, above) for kind, price in kept.items()}), above)
        for above in (0, *sorted(starts))
    )


def at(price: rates.Decimal | theirs.TieredPrices, above: int) -> rates.Decimal:
    if not isinstance(price, theirs.TieredPrices):
        return price
    return next((tier.price for tier in reversed(price.tiers) if tier.start <= above), price.base)


def condition(constraint: object) -> price_row.Condition | None:
    match constraint:
        case theirs.StartDateConstraint(start_date=day):
            return price_row.Condition(since=day.isoformat())
        case theirs.TimeOfDateConstraint(start_time=start, end_time=end):
            for edge in (start, end):
                if edge.utcoffset() or edge.second or edge.microsecond:
                    sys.exit(f"a time of day is not a whole UTC minute: {edge}")
            return price_row.Condition(start=f"{start:%H:%M}", end=f"{end:%H:%M}")
    return None


if __name__ == "__main__":
    raise SystemExit(main())
