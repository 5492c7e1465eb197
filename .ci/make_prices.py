"""Make the price table of the wheel from genai-prices' data: `make_prices.py`, or `--check` to see whether it is stale.

Only prices of text tokens are kept. Aliases are not matched at run time as genai-prices does (by prefix and substring):
every name that its rules mention is resolved here, by those rules, into a plain dictionary.
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

# The package does not give the day of its data; this is the day on which its release was read.
DATES = {"0.2.3": "2026-11-09"}
KINDS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_long",
    "output_reasoning_mtok": "reasoning",
}
CONTEXT_KEYS = {"processing", "service_tier", "speed"}
FREE = rates.Rates(**dict.fromkeys(("input", "output"), rates.Decimal(0)))


def main() -> int:
    data = compressed(build())
    if "--check" not in sys.argv[1:]:
        table.SHIPPED.write_bytes(data)
        print(f"{table.SHIPPED.relative_to(ROOT)}: {len(data)} bytes")
        return 0
    # Compressors differ from machine to machine; the data must not.
    stale = table.decompress(table.SHIPPED.read_bytes()) != table.decompress(data)
    print("the price table is stale: run .ci/make_prices.py" if stale else "the price table is up to date")
    return int(stale)


def compressed(file: table.PriceTableFile) -> bytes:
    return gzip.compress(msgspec.json.encode(file), compresslevel=9, mtime=0)


def build() -> table.PriceTableFile:
    package = version("genai-prices")
    if package not in DATES:
        sys.exit(f"genai-prices {package} is new: add the date of its data to DATES")
    license_text = distribution("genai-prices").read_text("licenses/LICENSE")
    if not license_text:
        sys.exit("genai-prices has no licenses/LICENSE, and the table must include it: look for the file's new path")
    tables = {provider.id: provider_file(provider) for provider in providers}
    return table.PriceTableFile(
        date=DATES[package],
        source=f"genai-prices {package} (https://github.com/pydantic/genai-prices)",
        license=license_text,
        providers={name: msgspec.Raw(msgspec.json.encode(file)) for name, file in tables.items() if file.rows},
    )


def provider_file(provider: theirs.Provider) -> table.ProviderPricesFile:
    rows = {model.id: model_row for model in provider.models if (model_row := price_row_of(provider, model))}
    for name in [name for name in rows if f"{name}:batch" in rows]:
        rows[name] = with_batch(rows[name], rows[f"{name}:batch"])
    names: dict[str, str] = {}
    stems: dict[str, str] = {}
    for model in provider.models:
        for clause in (theirs.ClauseEquals(model.id), *leaves(model.match)):
            text = literal(clause)
            if text and (found := provider.find_model(text)):
                names[text] = found.id
                stem = text.rstrip("@-")
                if not isinstance(clause, theirs.ClauseEquals):
                    stems[stem] = (provider.find_model(stem) or found).id
    names = {name: row_id for name, row_id in names.items() if not (name == row_id.lower() and row_id in rows)}
    return table.ProviderPricesFile(
        rows={name: msgspec.Raw(msgspec.json.encode(row)) for name, row in rows.items()}, names=names, stems=stems
    )


def leaves(clause: object) -> Iterator[object]:
    if isinstance(clause, theirs.ClauseOr | theirs.ClauseAnd):
        for part in clause.or_ if isinstance(clause, theirs.ClauseOr) else clause.and_:
            yield from leaves(part)
    else:
        yield clause


def literal(clause: object) -> str | None:
    """Return the name that a rule mentions; a regular expression mentions none (theirs are names with a date)."""
    match clause:
        case theirs.ClauseEquals(equals=text) | theirs.ClauseStartsWith(starts_with=text):
            return text.lower()
        case theirs.ClauseContains(contains=text) | theirs.ClauseEndsWith(ends_with=text):
            return text.lower()
    return None


def price_row_of(provider: theirs.Provider, model: theirs.ModelInfo) -> price_row.PriceRow | None:
    """Return a model's row; None if it is not priced by text tokens, or not only by them."""
    prices = model.prices if isinstance(model.prices, list) else [theirs.ConditionalPrice(prices=model.prices)]
    if any("requests_kcount" in price.prices.__dict__ for price in prices):
        return None
    dated = tuple(price_row.DatedRates(bands(price.prices), condition(price.constraint)) for price in prices)
    if provider.id == "openrouter" and model.id.endswith(":free"):
        return price_row.PriceRow((price_row.DatedRates((rates.Band(FREE),)),))
    if not any(band.rates.input is not None for price in dated for band in price.bands):
        return None
    return price_row.PriceRow(
        dated,
        tuple(
            price_row.Variant(variant.when, override, condition(variant.constraint))
            for variant in model.price_variants or ()
            if variant.when.keys() <= CONTEXT_KEYS
            and (override := bands(variant.prices)) != (rates.Band(rates.Rates()),)
        ),
    )


def with_batch(standard: price_row.PriceRow, batch: price_row.PriceRow) -> price_row.PriceRow:
    """Add a row listed as NAME:batch to NAME as its variant for batch jobs."""
    variants = tuple(
        price_row.Variant({"processing": "batch"}, dated.bands, dated.condition) for dated in reversed(batch.prices)
    )
    return msgspec.structs.replace(standard, variants=standard.variants + variants)


def bands(prices: theirs.ModelPrice) -> tuple[rates.Band, ...]:
    by_kind = {KINDS[key]: price for key, price in prices.__dict__.items() if key in KINDS and price is not None}
    starts = {
        tier.start for price in by_kind.values() if isinstance(price, theirs.TieredPrices) for tier in price.tiers
    }
    return tuple(
        rates.Band(rates.Rates(**{kind: price_above(price, above) for kind, price in by_kind.items()}), above)
        for above in (0, *sorted(starts))
    )


def price_above(price: rates.Decimal | theirs.TieredPrices, above: int) -> rates.Decimal:
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
                    sys.exit(f"the time of day {edge} is not a whole minute of UTC: extend price_row.Condition")
            return price_row.Condition(start=f"{start:%H:%M}", end=f"{end:%H:%M}")
    return None


if __name__ == "__main__":
    raise SystemExit(main())
