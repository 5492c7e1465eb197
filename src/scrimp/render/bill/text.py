"""The bill for a person: a table, what its total leaves out, and what was saved.

The table is formatted without rich, whose import would add 20 ms to every run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.billing.savings import CAUSES, Savings
from scrimp.enums import OnDear
from scrimp.render.bill.amounts import abbreviate_count, format_dollar_column, whole_percentages
from scrimp.render.streams import DEFAULT_WIDTH
from scrimp.render.tables import display_width, format_table, wrap
from scrimp.render.terminal import escape_controls, paint
from scrimp.units import UNKNOWN, format_count, format_dollars, format_share, pluralize
from scrimp.values import both_names

if TYPE_CHECKING:
    from scrimp.billing.compression import CompressionTotals
    from scrimp.billing.level_savings import DearCalls
    from scrimp.billing.totals import Bill, BillLine

_HEADERS = ("what", "rows", "calls", "tokens in", "out", "cost")
_SHORT_HEADERS = ("what", "rows", "calls", "in", "out", "cost")
_ALIGN = "lrrrrr"
# A model's name in fewer columns cannot be recognized: shorten the numbers first.
_NAME_WIDTH = 20
_DIM, _BOLD, _GREEN, _RED, _YELLOW = "2", "1", "32", "31", "33"
_RULES_NAMED = 3  # named in the line on compression
_BASELINES_NAMED = 3
_ON_DEAR: Mapping[OnDear, str] = {
    "cheaper": "to a cheaper model", "compress": "compressed harder", "skip": "skipped",
}  # fmt: skip
_TROUBLE = ("failed", "truncated", "skipped", "failed calls", "lost calls")


def bill_lines(bill: Bill, width: int, *, color: bool) -> list[str]:
    """Return the bill for a person, in at most `width` columns and never more than 80."""
    width = min(width, DEFAULT_WIDTH)
    named = list(bill.lines())
    header, *body, total = _table(bill, named, width)
    lines = [paint(header, _DIM, color=color)]
    for (name, _), line in zip(named, body, strict=True):
        lines.append(paint(line, _RED, color=color) if name in _TROUBLE else line)
    lines.append(paint(total, _BOLD, color=color))
    remarks = [(remark, _YELLOW) for remark in (*_redirects(named, body), *_cost_remarks(bill))]
    remarks += [(dear_rows(bill.dear), _YELLOW)] if bill.dear else []
    plain = *_climb_remarks(bill), *_compression_remarks(bill.compression), *map(_above, bill.above_cliffs)
    remarks += [(remark, "") for remark in plain]
    remarks += [(remark, _savings_color(bill.savings)) for remark in _savings_remarks(bill.savings)]
    remarks += [(remark, "") for remark in _level_remarks(bill)]
    for remark, code in remarks:  # a remark may contain a model's name, which a provider chose
        lines += [paint(line, code, color=color and bool(code)) for line in wrap(escape_controls(remark), width)]
    return lines


def dear_rows(rows: Mapping[OnDear, int]) -> str:
    """Return a sentence on the rows that would cost more than one may, by what becomes of them."""
    parts = (f"{format_count(number)} {_ON_DEAR[action]}" for action, number in rows.items())
    return f"Above --max-cost-per-row, by what they were expected to cost: {', '.join(parts)}."


def _above(calls: DearCalls) -> str:
    """Return a sentence on calls that were so long that their model charged more for all of their tokens."""
    were = "was" if calls.calls == 1 else "were"
    return (
        f"{pluralize(calls.calls, 'call')} {were} above {format_count(calls.above)} tokens, where {calls.model} "
        f"costs more; that added {format_dollars(calls.more_usd)}: --on-cliff LEVEL compresses such prompts, if that "
        "brings them below."
    )


def below_cliffs(rows: int) -> str:
    """Return a sentence on the rows that were compressed harder, so that they are not as expensive as long ones."""
    return f"Compressed harder, to stay below a size at which the model costs more: {pluralize(rows, 'row')}."


def _label(name: str, line: BillLine) -> str:
    return escape_controls(both_names(name, line.answered_by))


def _redirects(named: Sequence[tuple[str, BillLine]], shown: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each model that another one answered for, where the table has no room for both names."""
    for (name, line), text in zip(named, shown, strict=True):
        if line.answered_by is not None and _label(name, line) not in text:
            yield f"{name} was answered by {line.answered_by}, and is priced as that model unless you set its price."


def _table(bill: Bill, named: Sequence[tuple[str, BillLine]], width: int) -> list[str]:
    longest = max((display_width(_label(*each)) for each in named), default=_NAME_WIDTH)
    for headers, number in ((_HEADERS, format_count), (_SHORT_HEADERS, abbreviate_count)):
        lines = format_table(headers, _cells(bill, named, number), _ALIGN, width, narrowest=min(_NAME_WIDTH, longest))
        if max(map(display_width, lines)) <= width:
            return lines
    without_tokens = [(*row[:3], row[5]) for row in (_HEADERS, *_cells(bill, named, abbreviate_count))]
    return format_table(without_tokens[0], without_tokens[1:], _ALIGN[:4], width)


def _cells(bill: Bill, named: Sequence[tuple[str, BillLine]], number: Callable[[int], str]) -> list[tuple[str, ...]]:
    lines = [line for _, line in named]
    amounts = format_dollar_column([*(line.cost for line in lines), bill.cost], bill.cost)
    rows = [_row(name, line, amount, number) for (name, line), amount in zip(named, amounts[:-1], strict=True)]
    counts = bill.counts.total, bill.calls, sum(line.input for line in lines), sum(line.output for line in lines)
    label = "total" if bill.cap is None else f"total (cap {format_dollars(bill.cap)})"
    return [*rows, (label, *map(number, counts), _cost(bill.cost, amounts[-1], bill.unknown_calls))]


def _row(name: str, line: BillLine, amount: str, number: Callable[[int], str]) -> tuple[str, ...]:
    tokens = [number(line.input), number(line.output)] if line.input or line.output else ["", ""]
    return (
        _label(name, line),
        number(line.rows),
        number(line.calls),
        *tokens,
        _cost(line.cost, amount, line.unpriced_calls),
    )


def _cost(cost: Decimal, amount: str, unpriced_calls: int) -> str:
    """Return an amount, marked as incomplete where calls of unknown cost belong to it."""
    if not unpriced_calls:
        return amount
    return f"{amount}+" if cost else UNKNOWN


def _cost_remarks(bill: Bill) -> Iterator[str]:
    """Yield sentences on what the total leaves out or estimates, and on a cap that was passed."""
    if bill.cap is not None and bill.cost > bill.cap:
        yield (
            f"--max-cost was passed by {format_dollars(bill.cost - bill.cap)}: calls in flight cost more than they "
            "could by their price and --max-output."
        )
    uncounted = Counter(bill.uncounted_calls)
    for calls, which in (
        (Counter(bill.unpriced_calls) - uncounted, "of unknown price "), (uncounted, "without a count of tokens "),
    ):  # fmt: skip
        if calls:
            names = ", ".join(sorted(calls))
            yield f"{_calls_are(calls.total(), which)} not in the total ({names})."
    if bill.lost_calls:
        yield f"{_calls_are(bill.lost_calls, 'without a whole reply ')} not in the total, and may have been billed."
    if bill.estimated_calls:
        yield f"{_calls_are(bill.estimated_calls)} in the total by an estimate of the tokens."


def _calls_are(number: int, which: str = "") -> str:
    return f"{pluralize(number, 'call')} {which}{'is' if number == 1 else 'are'}"


def _climb_remarks(bill: Bill) -> Iterator[str]:
    """Yield how many rows climbed above the cheap models of their chains."""
    rows, above = bill.counts.chained, bill.counts.escalated
    if rows:
        share = format_share(above / rows)
        yield f"Escalated: {format_count(above)} of {pluralize(rows, 'row')} of chains ({share})."


def _compression_remarks(totals: CompressionTotals) -> Iterator[str]:
    """Yield sentences on what compression did to the prompts that were sent."""
    if totals.rows:
        saved = totals.tokens_before - totals.tokens_after
        top = totals.rows_by_rule.most_common(_RULES_NAMED)
        rules = ", ".join(f"{rule} {format_count(rows)}" for rule, rows in top)
        more = ", ..." if len(totals.rows_by_rule) > _RULES_NAMED else ""
        less = f"{pluralize(saved, 'token')} less ({format_share(saved / totals.tokens_before)})"
        yield f"Compression: {less} in {pluralize(totals.rows, 'row')}: {rules}{more}."
    if totals.below_cliffs:
        yield below_cliffs(totals.below_cliffs)
    for note, rows in totals.rows_by_note.most_common():
        yield f"Less was compressed in {pluralize(rows, 'row')}: {note}."


def _level_remarks(bill: Bill) -> Iterator[str]:
    """Yield lines on what higher levels of compression would have saved, if it is worth one."""
    savings = bill.higher_levels
    told = {} if savings is None else savings.worth_saying()
    if not told or savings is None:
        return
    first, *more = told
    paid = format_dollars(savings.cost)
    amounts = [f"{first} would have saved about {format_dollars(told[first])} of {paid}"]
    amounts += [f"{level} {format_dollars(told[level])}" for level in more]
    tried, of = format_count(savings.sampled), format_count(savings.rows)
    judged = f", judged by {tried} of {of} rows" if savings.sampled < savings.rows else ""
    caveat = " (completions may change)" if "focus" in told else ""
    yield f"{', '.join(amounts)}{judged}{caveat}: --compress {first}."


def _savings_remarks(savings: Savings) -> Iterator[str]:
    """Yield lines on the baseline's cost and the savings by cause; none if the cost of some rows is unknown."""
    uncompared = savings.rows_not_compared
    without, about = f"Without scrimp ({_baselines(savings)})", _about(savings)
    if not savings.rows:  # rows of failed calls alone do not call for a baseline
        if uncompared:
            yield f"What scrimp saved is unknown: {_reason(savings)}."
    elif uncompared:
        answered = format_count(uncompared + savings.rows)
        yield f"{format_count(uncompared)} of {answered} answered rows could not be compared: {_reason(savings)}."
        dollars = f"{about}{format_dollars(savings.baseline_cost)} instead of {format_dollars(savings.cost)}"
        yield f"{without} the other {format_count(savings.rows)} would have cost {dollars}."
    else:
        yield f"{without}: {about}{format_dollars(savings.baseline_cost)}."
        yield _causes(savings)


def _baselines(savings: Savings) -> str:
    names = list(savings.baselines)
    if len(names) > _BASELINES_NAMED:
        names[_BASELINES_NAMED - 1 :] = [pluralize(len(names) - _BASELINES_NAMED + 1, "other model")]
    return " and ".join((", ".join(names[:-1]), names[-1])) if names[1:] else "".join(names)


def _about(savings: Savings) -> str:
    """Return the word before an amount that rests on estimated tokens."""
    return "about " if savings.estimated_rows else ""


def _savings_color(savings: Savings) -> str:
    if savings.rows_not_compared or savings.rows_of_unknown_cost:
        return _YELLOW
    return _GREEN if savings.saved >= 0 else _RED


def _reason(savings: Savings) -> str:
    """Return why rows could not be compared."""
    if savings.unpriced_rows and savings.unpriced_rows == savings.uncounted_rows:
        return "no reply told how many tokens it took"
    if savings.unpriced_rows:
        return f"the price of the model that answered or of the baseline ({_baselines(savings)}) is unknown"
    return "no baseline is set (--baseline MODEL)"


def _causes(savings: Savings) -> str:
    parts = {cause: savings.by_cause[cause] for cause in CAUSES if savings.by_cause[cause]}
    bound = "at most " if savings.rows_of_unknown_cost else ""
    saved, causes = f"Saved {bound}{_about(savings)}{format_dollars(savings.saved)}", list[str]()
    if parts and savings.baseline_cost and not bound:
        whole, percents = whole_percentages(list(parts.values()), savings.baseline_cost)
        saved += f" ({'<1' if savings.saved > 0 and not whole else whole} %)"
        causes = [f"{cause} {percent}" for cause, percent in zip(parts, percents, strict=True) if percent]
    if not causes:  # a percentage of nothing, of what is not known, or less than one
        causes = [f"{cause} {format_dollars(amount)}" for cause, amount in parts.items()]
    return f"{saved}: {', '.join(causes)}." if causes else f"{saved}."
