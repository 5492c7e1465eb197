"""The arithmetic of a call's cost: tokens of each kind times dollars per million, and searches."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from scrimp.units import MAX_CALL_DOLLARS
from scrimp.values import Usage

PRICED_PER = 1_000_000
_SEARCHES_PER = 1_000
_SECONDS_PER_HOUR = 3600
_NOTHING, _MOST = Decimal(0), MAX_CALL_DOLLARS * PRICED_PER
SEARCHES = frozenset(("web_search",))  # cost the same in batches and in every region


class Rates(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Dollars per million tokens of each kind, and per thousand web searches; None if there is no separate rate."""

    input: Decimal | None = None
    output: Decimal | None = None
    cached_input: Decimal | None = None
    explicit_read: Decimal | None = None  # price of reading a cache requested by marks, if it differs (Qwen)
    cache_write: Decimal | None = None
    cache_write_long: Decimal | None = None
    reasoning: Decimal | None = None  # price of the hidden part of the output
    thinking_output: Decimal | None = None  # price of all output of a call that thought (Qwen)
    input_audio: Decimal | None = None
    cached_audio: Decimal | None = None
    output_audio: Decimal | None = None
    web_search: Decimal | None = None  # dollars per thousand
    cache_storage: Decimal | None = None  # price of an hour in an explicit cache (Gemini)


def merge(base: Rates, override: Rates) -> Rates:
    """Return rates with those that override them in their place."""
    return Rates(
        **{
            kind: getattr(base, kind) if getattr(override, kind) is None else getattr(override, kind)
            for kind in Rates.__struct_fields__
        }
    )


class Band(Struct, frozen=True, omit_defaults=True):
    """The rates for every token of a call whose input is longer than `above`."""

    rates: Rates
    above: int = 0


def scaled(bands: tuple[Band, ...], share: Decimal, *, without: frozenset[str] = frozenset()) -> tuple[Band, ...]:
    """Return every rate times a share, exactly; `without` are kinds that stay as they are."""
    if share == 1:
        return bands
    return tuple(
        Band(
            Rates(
                **{
                    kind: rate if kind in without else rate * share
                    for kind in Rates.__struct_fields__
                    if (rate := getattr(band.rates, kind)) is not None
                }
            ),
            band.above,
        )
        for band in bands
    )


def rates_for(bands: tuple[Band, ...], input_tokens: int) -> Rates:
    """Return the rates for a call: crossing a threshold reprices the whole call; the threshold itself is below."""
    for band in reversed(bands):
        if input_tokens > band.above:
            return band.rates
    return bands[0].rates


def cost(usage: Usage, rates: Rates) -> Decimal | None:
    """Return what one call costs in dollars; None if something was used that has no rate.

    A kind without a rate of its own is billed as the kind it is part of: cache reads and writes as input, long writes
    as short ones, reasoning as output, cached audio as audio. Input and output themselves have no other rate to use,
    audio and searches are never billed as text, and nothing is free because a rate is missing. What is more than any
    call can cost is unknown, too.
    """
    if usage.unlisted:
        return None
    total = _NOTHING
    for amount, rate in _parts(usage, rates):
        if amount:
            if rate is None:
                return None
            total += amount * rate
    if usage.web_searches:
        if rates.web_search is None:
            return None
        total += usage.web_searches * rates.web_search * (PRICED_PER // _SEARCHES_PER)
    if usage.stored:
        if rates.cache_storage is None:
            return None
        total += usage.stored * rates.cache_storage / _SECONDS_PER_HOUR
    return total / PRICED_PER if total <= _MOST else None


def _parts(usage: Usage, rates: Rates) -> Sequence[tuple[int, Decimal | None]]:
    """Return how many tokens of each kind there are, with their rate; of most calls there are but two kinds."""
    if usage.cache_read or usage.cache_write or usage.input_audio or usage.reasoning or usage.output_audio:
        return (*_input_parts(usage, rates), *_output_parts(usage, rates))
    return (usage.input, rates.input), (usage.output, rates.output)


def _input_parts(usage: Usage, rates: Rates) -> Iterator[tuple[int, Decimal | None]]:
    """Yield how many input tokens of each kind there are, with their rate."""
    cached_audio = min(usage.cache_read_audio, usage.cache_read)
    explicit = min(usage.explicit_read, usage.cache_read - cached_audio)
    read_rate = rates.input if rates.cached_input is None else rates.cached_input
    fresh_audio = max(0, usage.input_audio - cached_audio)
    write_rate = rates.input if rates.cache_write is None else rates.cache_write
    long_write = min(usage.cache_write_long, usage.cache_write)
    # A provider that counts more cached tokens than input tokens must not make a call cheaper than its parts.
    yield max(0, usage.input - usage.cache_read - usage.cache_write - fresh_audio), rates.input
    yield usage.cache_read - cached_audio - explicit, read_rate
    yield explicit, read_rate if rates.explicit_read is None else rates.explicit_read
    yield usage.cache_write - long_write, write_rate
    yield long_write, write_rate if rates.cache_write_long is None else rates.cache_write_long
    yield fresh_audio, rates.input_audio
    yield cached_audio, rates.input_audio if rates.cached_audio is None else rates.cached_audio


def _output_parts(usage: Usage, rates: Rates) -> Iterator[tuple[int, Decimal | None]]:
    """Yield how many output tokens of each kind there are, with their rate."""
    audio = min(usage.output_audio, usage.output)
    reasoning = 0 if rates.reasoning is None else min(usage.reasoning, usage.output - audio)
    thought = usage.reasoning > 0 and rates.thinking_output is not None
    yield usage.output - audio - reasoning, rates.thinking_output if thought else rates.output
    yield reasoning, rates.reasoning
    yield audio, rates.output_audio
