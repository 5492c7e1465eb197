"""What higher levels of compression would have saved on a run at the default: a few of its rows, compressed again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp import tokens
from scrimp.billing.level_savings import LEAST_SAVED, HigherLevelSavings
from scrimp.billing.row_cost import cost_in_run
from scrimp.enums import Level
from scrimp.flows.plan.prompt_compressor import PromptCompressor
from scrimp.flows.spend.baseline import with_input
from scrimp.tokens.tokenizer_factors import tokenizer_factor
from scrimp.values import Answered, Entry, Prompt

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill
    from scrimp.flows.observers.sent_rows import SentRows
    from scrimp.prices.book import PriceBook

DEFAULT_LEVEL: Level = "lossless"
_TRIED: tuple[Level, ...] = ("tidy", "focus")
# Tokens that a provider counts for one that is estimated: beyond these it counted more than the prompt's text.
_LEAST_RATIO, _MOST_RATIO = 0.6, 1.6


def higher_level_savings(sent: SentRows, bill: Bill, prices: PriceBook) -> HigherLevelSavings | None:
    """Return what each level would have saved; None if it is negligible or unknown.

    Tokens are estimated: loading the tokenizer would take longer than all the rest.
    """
    if sent.cost < LEAST_SAVED:
        return None
    priced = [(row, cost) for row in sent.affordable() if (cost := cost_in_run(row))]
    if not priced:
        return None
    scale = bill.cost / sum((cost for _, cost in priced), Decimal(0))
    saved = _saved([row for row, _ in priced], prices)
    return HigherLevelSavings(
        sampled=len(priced), rows=sent.count, cost=bill.cost,
        saved={level: dollars * scale for level, dollars in saved.items()},
    )  # fmt: skip


def prepare(prompt: Prompt) -> None:
    """Load the rules and compile the patterns that prompts like this one need, which takes longer than a few rows."""
    for level in _TRIED:
        _compressor(level).compress(prompt)


def _compressor(level: Level) -> PromptCompressor:
    return PromptCompressor(level, count=tokens.estimate)


def _saved(rows: Sequence[Answered], prices: PriceBook) -> dict[Level, Decimal]:
    """Return the dollars that the calls of these rows would have cost less; rules may have set some a level."""
    compressors = {level: _compressor(level) for level in (DEFAULT_LEVEL, *_TRIED)}
    saved = dict.fromkeys(_TRIED, Decimal(0))
    for row in rows:
        if row.answer.compressed is None or row.answer.compressed.level != DEFAULT_LEVEL:
            continue
        sizes = {level: _estimate(row, compressor) for level, compressor in compressors.items()}
        for level in _TRIED:
            saved[level] += sum(
                (_dollars(entry, sizes[DEFAULT_LEVEL], sizes[level], prices) for entry in row.entries), Decimal(0)
            )
    return saved


def _estimate(row: Answered, compressor: PromptCompressor) -> int:
    sent = compressor.compress(row.prompt)
    return sum(map(tokens.estimate, sent.texts))


def _dollars(entry: Entry, sent: int, shorter: int, prices: PriceBook) -> Decimal:
    """Return how much less a call would have cost with a shorter prompt; zero if that is unknown."""
    usage, model = entry.usage, entry.answered_by or entry.model
    if usage is None or not entry.cost or shorter >= sent:
        return Decimal(0)
    ratio = usage.input / sent
    if not _LEAST_RATIO <= ratio <= _MOST_RATIO:
        ratio = (tokenizer_factor(entry.provider, model) or 100) / 100
    removed = min(int((sent - shorter) * ratio), usage.input)
    paid, less = (
        prices.cost_of(provider=entry.provider, model=model, usage=each, when=entry.time).dollars
        for each in (usage, with_input(usage, -removed))
    )
    return Decimal(0) if paid is None or less is None else paid - less
