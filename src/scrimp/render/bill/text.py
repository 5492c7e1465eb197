"""The bill as a person reads it: a table, what is not in its total, and what was saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.billing.saving import CAUSES, Saving
from scrimp.render.amounts import UNKNOWN, count, money, money_column, percentages, short_count
from scrimp.render.streams import DEFAULT_WIDTH
from scrimp.render.tables import cells, table, wrap
from scrimp.render.terminal import paint

if TYPE_CHECKING:
    from scrimp.billing.compression import CompressionTotals
    from scrimp.billing.totals import Bill, BillLine

_HEADERS = ("what", "rows", "calls", "tokens in", "out", "cost")
_SHORT_HEADERS = ("what", "rows", "calls", "in", "out", "cost")
_ALIGN = "lrrrrr"
# A model's name in fewer columns is not recognised: rather shorten the numbers.
_NAME = 20
_DIM, _BOLD, _GREEN, _RED, _YELLOW = "2", "1", "32", "31", "33"
_RULES = 3  # named in the line on compression
_TROUBLE = ("failed", "truncated", "skipped", "failed calls", "lost calls")


def bill_lines(bill: Bill, width: int, *, color: bool) -> list[str]:
    """Return the bill for a person, in at most `width` columns and never more than 80."""
    width = min(width, DEFAULT_WIDTH)
    named = list(bill.parts())
    header, *body, total = _table(bill, named, width)
    lines = [paint(header, _DIM, color=color)]
    for (name, _), line in zip(named, body, strict=True):
        lines.append(paint(line, _RED, color=color) if name in _TROUBLE else line)
    lines.append(paint(total, _BOLD, color=color))
    for remark in _missing(bill):
        lines += [paint(line, _YELLOW, color=color) for line in wrap(remark, width)]
    for remark in _shortened(bill.shortened):
        lines += wrap(remark, width)
    for remark in _saved(bill.saving):
        lines += [paint(line, _GREEN if bill.saving.saved >= 0 else _RED, color=color) for line in wrap(remark, width)]
    return lines


def _table(bill: Bill, named: Sequence[tuple[str, BillLine]], width: int) -> list[str]:
    longest = max((cells(name) for name, _ in named), default=_NAME)
    for headers, shown in ((_HEADERS, count), (_SHORT_HEADERS, short_count)):
        lines = table(headers, _cells(bill, named, shown), _ALIGN, width, narrowest=min(_NAME, longest))
        if max(map(cells, lines)) <= width:
            return lines
    without_tokens = [(*row[:3], row[5]) for row in (_HEADERS, *_cells(bill, named, short_count))]
    return table(without_tokens[0], without_tokens[1:], _ALIGN[:4], width)


def _cells(bill: Bill, named: Sequence[tuple[str, BillLine]], shown: Callable[[int], str]) -> list[tuple[str, ...]]:
    parts = [line for _, line in named]
    amounts = money_column([*(line.cost for line in parts), bill.cost], bill.cost)
    rows = [_row(name, line, amount, shown) for (name, line), amount in zip(named, amounts[:-1], strict=True)]
    input_tokens, output_tokens = sum(line.input for line in parts), sum(line.output for line in parts)
    label = "total" if bill.cap is None else f"total (cap {money(bill.cap)})"
    unpriced = sum(line.unpriced for line in parts)
    total = _cost(bill.cost, amounts[-1], unpriced)
    rows.append((label, shown(bill.counts.total), shown(bill.calls), shown(input_tokens), shown(output_tokens), total))
    return rows


def _row(name: str, line: BillLine, amount: str, shown: Callable[[int], str]) -> tuple[str, ...]:
    tokens = [shown(line.input), shown(line.output)] if line.input or line.output else ["", ""]
    return (name, shown(line.rows), shown(line.calls), *tokens, _cost(line.cost, amount, line.unpriced))


def _cost(cost: Decimal, amount: str, unpriced: int) -> str:
    """Return an amount that does not pass for the whole where calls of unknown cost are beside it."""
    if not unpriced:
        return amount
    return f"{amount}+" if cost else UNKNOWN


def _missing(bill: Bill) -> Iterator[str]:
    """Say what the total does not hold."""
    if bill.unpriced:
        calls = sum(bill.unpriced.values())
        names = ", ".join(sorted(bill.unpriced))
        yield f"{_calls(calls)} of unknown price {_are(calls)} not in the total ({names})."
    if bill.lost:
        yield f"{_calls(bill.lost)} without a whole reply {_are(bill.lost)} not in the total, and may have been billed."
    if bill.estimated:
        yield f"{_calls(bill.estimated)} {_are(bill.estimated)} in the total by an estimate of the tokens."


def _shortened(shortened: CompressionTotals) -> Iterator[str]:
    """Say what compression did to the prompts that were sent."""
    if shortened.rows:
        less = shortened.before - shortened.after
        rules = ", ".join(f"{rule} {count(rows)}" for rule, rows in shortened.rules.most_common(_RULES))
        more = ", ..." if len(shortened.rules) > _RULES else ""
        share = f" ({100 * less / shortened.before:.0f} %)" if shortened.before else ""
        yield f"Compression: {count(less)} tokens less{share} in {_rows(shortened.rows)}: {rules}{more}."
    for note, rows in shortened.notes.most_common():
        yield f"No sentence was left out of {_rows(rows)}: {note}."


def _saved(saving: Saving) -> Iterator[str]:
    named = " and ".join(saving.baselines)
    left_out = saving.unpriced_rows + saving.rows_without_baseline
    if saving.rows:
        # Rows of failed calls alone are no reason to speak of a baseline.
        yield f"Without scrimp ({named}): {money(saving.without)}. {_causes(saving)}"
        if left_out:
            answered = count(left_out + saving.rows)
            yield f"{count(left_out)} of {answered} answered rows could not be compared: {_why(saving)}."
    elif left_out:
        yield f"What scrimp saved is unknown: {_why(saving)}."


def _why(saving: Saving) -> str:
    if saving.unpriced_rows:
        return f"the price of the model that answered or of the baseline ({' and '.join(saving.baselines)}) is unknown"
    return "no baseline is set (--baseline MODEL)"


def _causes(saving: Saving) -> str:
    parts = {cause: saving.by_cause[cause] for cause in CAUSES if saving.by_cause[cause]}
    if not saving.without:
        shown = [f"{cause} {money(amount)}" for cause, amount in parts.items()]
        return f"Saved {money(saving.saved)}" + (f": {', '.join(shown)}." if shown else ".")
    whole, percents = percentages(list(parts.values()), saving.without)
    shown = [f"{cause} {percent}" for cause, percent in zip(parts, percents, strict=True) if percent]
    return f"Saved {money(saving.saved)} ({whole} %)" + (f": {', '.join(shown)}." if shown else ".")


def _rows(number: int) -> str:
    return f"{count(number)} row{'' if number == 1 else 's'}"


def _calls(number: int) -> str:
    return f"{count(number)} call{'' if number == 1 else 's'}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
