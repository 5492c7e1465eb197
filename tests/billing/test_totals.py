from __future__ import annotations

import re
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes import LUNA, SOL, answer, answered, entry, failed
from scrimp.billing.call_sum import CallSum
from scrimp.billing.savings import Comparison
from scrimp.billing.totals import Bill
from scrimp.enums import CacheUse, EntryStatus, RouteChoice
from scrimp.render.bill.document import bill_document
from scrimp.render.bill.text import bill_lines
from scrimp.render.decimal_json import encode_json
from scrimp.render.tables import display_width
from scrimp.values import Entry, Outcome

CHOICES = get_args(RouteChoice)
SONNET = "anthropic/claude-sonnet-5-5-20261101-preview-of-a-long-name"


def bill_of(*outcomes: Outcome, cap: str | None = None) -> Bill:
    bill = Bill(cap=None if cap is None else Decimal(cap))
    for outcome in outcomes:
        bill.add(outcome)
    return bill


def text_of(*outcomes: Outcome, cap: str | None = None, width: int = 80) -> str:
    return "\n".join(bill_lines(bill_of(*outcomes, cap=cap), width, color=False))


def line(text: str, name: str) -> list[str]:
    return next(row.removeprefix(name).split() for row in text.splitlines() if row.startswith(name))


dollars = st.decimals(min_value=0, max_value=10, places=9)
changes = st.none() | st.decimals(min_value=-1, max_value=1, places=9)
unknown_or = st.none() | dollars


@st.composite
def entries(draw: st.DrawFn, costs: st.SearchStrategy[Decimal | None] = unknown_or) -> list[Entry]:
    made = []
    for step in range(draw(st.integers(1, 3))):
        status: EntryStatus = draw(st.sampled_from(["paid", "truncated", "failed", "lost"]))
        cost = {"failed": Decimal(0), "lost": None}.get(status, draw(costs))
        made.append(entry(draw(st.sampled_from([LUNA, SONNET])), cost, status, step=step))
    return made


@st.composite
def outcomes(
    draw: st.DrawFn,
    costs: st.SearchStrategy[Decimal | None] = unknown_or,
    baselines: st.SearchStrategy[str | None] = st.sampled_from([None, SOL, "openai/other"]),  # noqa: B008
) -> Outcome:
    if draw(st.integers(0, 4)) == 0:
        return failed(draw(st.sampled_from(["error", "truncated", "skipped"])), entries=draw(entries(costs)))
    cache: CacheUse = draw(st.sampled_from(["hit", "dup", "miss", "off"]))
    called = [] if cache in ("hit", "dup") else draw(entries(costs))
    kept = answer(
        cost=draw(costs), without=draw(costs), baseline=draw(baselines),
        compression_saved=draw(changes), compared_cost=draw(unknown_or), choice=draw(st.sampled_from(CHOICES)),
        baseline_estimated=draw(st.booleans()),
    )  # fmt: skip
    return answered(kept, cache=cache, entries=called)


@given(st.lists(outcomes()))
def test_the_causes_of_a_saving_add_up_to_it_to_the_last_digit(run: list[Outcome]) -> None:
    savings = bill_of(*run).savings

    assert sum(savings.by_cause.values(), Decimal(0)) == savings.baseline_cost - savings.cost == savings.saved


def priced(outcome: Outcome) -> bool:
    """A row whose calls were all lost has no known cost."""
    return not outcome.entries or any(each.cost is not None for each in outcome.entries)


@given(st.lists(outcomes(costs=dollars, baselines=st.just(SOL)).filter(priced)))
def test_where_every_price_is_known_the_saving_is_against_the_total(run: list[Outcome]) -> None:
    bill = bill_of(*run)

    assert (bill.unpriced_calls, bill.savings.unpriced_rows, bill.savings.rows_without_baseline) == ({}, 0, 0)
    assert bill.savings.cost == bill.cost


@given(st.lists(outcomes()), st.integers(60, 120))
def test_a_bill_is_never_wider_than_its_terminal_nor_than_80_columns(run: list[Outcome], width: int) -> None:
    assert all(display_width(row) <= min(width, 80) for row in bill_lines(bill_of(*run), width, color=False))


@given(st.lists(outcomes()))
def test_the_rows_and_calls_of_a_bill_add_up(run: list[Outcome]) -> None:
    bill = bill_of(*run)
    parts = [part for _, part in bill.lines()]

    assert sum(part.rows for part in parts) == bill.counts.total == len(run)
    assert sum(part.calls for part in parts) == bill.calls


def test_hits_and_duplicates_cost_nothing() -> None:
    text = text_of(answered(), answered(cache="dup"), answered(cache="hit"), answered(cache="hit"))

    assert line(text, "cache hit") == ["2", "0", "$0"]
    assert line(text, "duplicate") == ["1", "0", "$0"]
    assert line(text, LUNA) == ["1", "1", "212", "3", "$0.0000118"]


def test_cheap_attempts_of_an_escalated_row_are_calls_of_their_model_and_no_rows() -> None:
    kept = answer(model=SONNET, cost="0.0043118", tokens=(300, 9))
    dear = entry(SONNET, "0.0043", step=1, tokens=(300, 9))
    text = text_of(answered(kept, entries=[entry(), dear]), width=200)

    assert line(text, LUNA)[:2] == ["0", "1"]
    assert line(text, "anthropic/claude")[-5:-3] == ["1", "1"]


def test_cheap_attempts_count_against_the_saving() -> None:
    kept = answer(model=SONNET, cost="0.5", without="1", compared_cost="0.3")
    savings = bill_of(answered(kept, entries=[entry(cost="0.2"), entry(SONNET, "0.3", step=1)])).savings

    assert (savings.by_cause["routing"], savings.by_cause["other attempts"]) == (Decimal("0.7"), Decimal("-0.2"))


def test_a_row_is_counted_for_the_model_that_was_called_whatever_name_it_reports() -> None:
    kept = answer(model="openai/gpt-6-luna-2026-10-01")
    text = text_of(answered(kept, entries=[entry()]))

    assert line(text, f"{LUNA} ")[:2] == ["1", "1"]
    assert "2026-10-01" not in text


def test_a_hit_saves_by_cache_alone() -> None:
    bill = Bill(cost_now=lambda _: Comparison(LUNA, Decimal("0.2"), estimated=False))
    bill.add(answered(answer(cost="0.1", without="1", compression_saved=Decimal("0.05")), cache="hit"))

    assert {cause: saved for cause, saved in bill.savings.by_cause.items() if saved} == {"cache": Decimal("0.2")}
    assert (bill.savings.baseline_cost, bill.savings.cost) == (Decimal("0.2"), 0)


def test_a_duplicate_of_a_row_that_another_run_answered_is_compared_as_this_run_wants() -> None:
    bill = Bill(cost_now=lambda _: Comparison(LUNA, Decimal("0.2"), estimated=False))
    bill.add(replace(answered(answer(cost="0.1", without="1"), cache="dup"), paid_by_another_run=True))

    assert {cause: saved for cause, saved in bill.savings.by_cause.items() if saved} == {"duplicates": Decimal("0.2")}


def test_the_saving_is_one_line_whose_parts_add_up() -> None:
    rows = [answered(answer(cost="0.2", without="1"), cache=cache) for cache in ("miss", "hit", "dup")]

    assert (
        "Without scrimp (openai/gpt-6.2-sol and openai/gpt-6-luna): $2.20. "
        "Saved $2.00 (91 %): routing 73, cache 9, duplicates 9."
    ) in (" ".join(bill_lines(bill_of(*rows), 80, color=False)))


def test_a_negative_saving_is_shown_as_such() -> None:
    text = text_of(answered(answer(cost="0.3", without="0.2")), failed(entries=[entry(cost="0.1", status="truncated")]))

    assert "Saved -$0.20 (-100 %): routing -50, failed rows -50." in text.replace("\n", " ")


def test_a_baseline_that_is_free_has_no_percentage() -> None:
    text = text_of(answered(answer(cost="0.3", without="0", baseline="local/smollm2")))

    assert "Without scrimp (local/smollm2): $0. Saved -$0.30: routing -$0.30." in text.replace("\n", " ")


def test_an_unknown_saving_is_called_unknown() -> None:
    assert "unknown: no baseline is set (--baseline MODEL)." in text_of(answered(answer(baseline=None)))
    assert "unknown: the price of the model" in text_of(answered(answer(without=None)))


def test_rows_that_cannot_be_compared_are_counted() -> None:
    assert "1 of 2 answered rows could not be compared" in text_of(answered(), answered(answer(without=None)))


@pytest.mark.parametrize(
    "unknown",
    [
        answered(answer(cost=None)),
        answered(answer(without=None)),
        answered(answer(baseline=None)),
        answered(answer(cost=None), cache="hit"),
    ],
)
def test_nothing_is_called_saved_before_rows_whose_saving_is_unknown(unknown: Outcome) -> None:
    text = " ".join(bill_lines(bill_of(answered(answer(cost="1"), cache="hit"), unknown), 80, color=False))

    assert "Saved" not in text
    assert "%" not in text
    assert re.search(r"Without scrimp \(.*\) the other 1 would have cost \$1.00 instead of \$0\.", text)


@pytest.mark.parametrize("status", ["lost", "paid"])
def test_a_saving_beside_failed_rows_of_unknown_cost_is_an_upper_bound(status: EntryStatus) -> None:
    text = text_of(answered(answer(cost="1"), cache="hit"), failed(entries=[entry(cost=None, status=status)]))

    assert "Saved at most $1.00: cache $1.00." in text
    assert "%" not in text


def test_a_saving_beside_a_lost_call_of_a_failed_row_whose_other_call_was_billed_is_an_upper_bound() -> None:
    bill = bill_of(
        answered(answer(cost="1"), cache="hit"),
        failed(entries=[entry(status="lost", cost=None), entry(cost="0.1")]),
        failed(entries=[entry(status="failed", cost="0")]),
    )

    assert bill.savings.rows_of_unknown_cost == 1
    assert bill.savings.by_cause["failed rows"] == Decimal("-0.1")


def test_a_saving_beside_a_lost_call_of_a_row_that_was_answered_is_an_upper_bound() -> None:
    bill = bill_of(
        answered(answer(cost="0.2", without="1"), entries=[entry(status="lost", cost=None), entry(cost="0.2")])
    )

    assert "Saved at most $0.80: routing $0.80." in " ".join(bill_lines(bill, 80, color=False))
    assert bill_document(bill)["baseline"]["at_most"] is True  # type: ignore[index]  # an object


def test_a_comparison_with_tokens_that_nobody_counted_says_about() -> None:
    bill = bill_of(answered(answer(cost="0.2", without="1", baseline_estimated=True)), answered(answer(without="1")))

    text = " ".join(bill_lines(bill, 80, color=False))
    assert "(openai/gpt-6.2-sol): about $2.00. Saved about $1.80 (90 %): routing 90." in text


def test_many_baselines_are_counted() -> None:
    rows = [answered(answer(model=f"openai/m{n}"), cache="hit") for n in range(5)]

    assert "Without scrimp (openai/m0, openai/m1 and 3 other models): " in " ".join(
        bill_lines(bill_of(*rows), 80, color=False)
    )


def test_unpriced_calls_are_reported_as_missing_from_the_total() -> None:
    text = text_of(answered(), answered(answer(model="work/own", cost=None)))

    assert line(text, "work/own")[-1] == "unknown"
    assert line(text, "total")[-1].endswith("+")
    assert "1 call of unknown price is not in the total (work/own)." in text


def test_lost_calls_are_said_to_be_perhaps_billed() -> None:
    text = text_of(answered(entries=[entry(status="lost", cost=None), entry()]), width=200)

    assert line(text, "lost calls") == ["0", "1", "unknown"]
    assert "1 call without a whole reply is not in the total, and may have been billed." in text


def test_failed_rows_have_a_line_of_their_own() -> None:
    refused = [entry(status="failed", cost="0")] * 3
    text = text_of(
        failed(entries=refused), failed("truncated"), failed("skipped"), answered(entries=[*refused, entry()])
    )

    assert line(text, "failed  ") == ["1", "3", "$0"]
    assert line(text, "failed calls") == ["0", "3", "$0"]
    assert line(text, "truncated") == ["1", "0", "$0"]
    assert line(text, "skipped") == ["1", "0", "$0"]


def test_the_total_is_shown_against_the_cap() -> None:
    assert line(text_of(answered(), cap="5"), "total (cap $5.00)") == ["1", "1", "212", "3", "$0.0000118"]


def test_a_long_name_gives_way_in_its_middle_at_60_columns() -> None:
    assert re.search(
        r"^anthropic/\S*…\S*long-name +1 ", text_of(answered(answer(model=SONNET)), width=60), re.MULTILINE
    )


def test_a_terminal_too_narrow_for_the_tokens_shows_rows_calls_and_cost() -> None:
    lines = bill_lines(bill_of(answered(answer(model=SONNET)), cap="5"), 36, color=False)

    assert lines[0].split() == ["what", "rows", "calls", "cost"]
    assert all(display_width(row) <= 36 for row in lines)


def test_there_is_no_escape_sequence_without_color() -> None:
    bill = bill_of(answered(), failed())

    assert "\x1b" not in "\n".join(bill_lines(bill, 80, color=False))
    assert "\x1b[" in "\n".join(bill_lines(bill, 80, color=True))


def test_no_name_of_a_model_reaches_a_terminal_raw() -> None:
    """The user's own too: a model may be named by a script, and what answers for it by its provider."""
    evil, other = "work/x\x1b]0;P\x07\x9b31m\u202e", "m\x1b[2J\r"
    unknown = answered(answer(model=evil, cost=None, baseline=evil, without=None))
    cached = answered(answer(model=evil, baseline=evil), cache="hit")
    redirected = answered(entries=[replace(entry(evil), answered_by=other)])
    for rows in ([unknown], [cached], [unknown, cached], [redirected], [redirected, unknown, cached]):
        for width in (80, 40):
            lines = bill_lines(bill_of(*rows), width, color=False)
            assert all(line.isprintable() for line in lines)
            assert "".join(lines)


@pytest.mark.parametrize(
    ("rows", "fail_on", "status"),
    [
        ([], "any", 0),
        ([answered()], "any", 0),
        ([answered(), failed()], "any", 3),
        ([answered(), failed()], "all", 0),
        ([answered(), failed()], "never", 0),
        ([failed(), failed("skipped")], "any", 4),
        ([failed(), failed("skipped")], "all", 4),
        ([failed()], "never", 0),
        ([failed("pending")], "never", 0),
        ([answered(), failed("pending")], "all", 0),
        ([failed("truncated")], "all", 4),
        ([failed("pending")], "any", 4),
        ([answered(), failed("pending")], "any", 3),
    ],
)
def test_the_exit_status_says_what_became_of_the_rows(rows: list[Outcome], fail_on: str, status: int) -> None:
    assert bill_of(*rows).exit_status(fail_on) == status


def test_a_run_that_was_stopped_ends_with_the_status_of_the_stop() -> None:
    assert bill_of(failed()).exit_status("never", 5) == 5


def test_the_bill_for_programs_has_exact_dollars_and_says_what_is_unknown() -> None:
    document = encode_json(
        bill_document(bill_of(answered(), answered(cache="hit"), answered(answer(cost=None)), cap="5"))
    )

    assert b'"cost_usd":0.0000118,"max_cost_usd":5,' in document
    assert b'"unpriced":1' in document
    assert b'"hit":1' in document
    assert b'"saved_by_usd":{"routing":0.0040882,"chain":0,"named_model":0,"cheaper_provider":0,' in document


def test_without_anything_to_compare_the_bill_for_programs_has_no_baseline() -> None:
    assert bill_document(bill_of(failed()))["baseline"] is None


def test_what_was_answered_earlier_is_billed_at_what_it_cost_then() -> None:
    bill = bill_of(answered(answer(cost="0.25"), entries=[]))

    assert (bill.cost, bill.calls, bill.savings.cost) == (Decimal("0.25"), 1, Decimal("0.25"))


def test_calls_that_watch_routes_are_part_of_what_a_saving_is_compared_with() -> None:
    bill = bill_of(answered(answer(cost="0.25"), entries=[]))
    bill.add_watch(entry(cost="0.5"))

    assert (bill.cost, bill.savings.cost) == (Decimal("0.75"), Decimal("0.75"))


@pytest.mark.parametrize(("cost", "unpriced"), [("0", 0), (None, 1)])
def test_what_was_answered_earlier_for_nothing_or_at_an_unknown_cost_adds_no_dollar(
    cost: str | None, unpriced: int
) -> None:
    bill = bill_of(*(answered(answer(cost=each), entries=[]) for each in ("0.25", cost)))

    assert (bill.cost, bill.calls) == (Decimal("0.25"), 2)
    assert f'"unpriced":{unpriced}'.encode() in encode_json(bill_document(bill))


def test_calls_that_only_the_ledger_has_are_added_once_each_where_they_belong() -> None:
    paid, refused = entry(cost="0.002"), entry(cost="0", status="failed")
    bill = bill_of(answered(entries=(refused, paid)), failed(entries=(entry(cost="0", status="failed"),)))
    known = {name: (line.calls, line.cost) for name, line in bill.lines()}
    model = f"{paid.provider}/{paid.model}"
    assert paid.usage is not None
    whole = [
        CallSum(
            model=model,
            effort=paid.effort,
            status="paid",
            calls=3,
            input=3 * paid.usage.input,
            output=3 * paid.usage.output,
            cost=Decimal("0.006"),
        ),
        CallSum(model=model, effort=paid.effort, status="failed", calls=3),
        CallSum(model=model, effort=paid.effort, status="lost", calls=2, unpriced=2),
    ]
    saved = bill.savings.saved
    bill.complete(whole)
    bill.complete(whole)
    lines = {name: (line.calls, line.cost) for name, line in bill.lines()}

    assert known == {model: (1, Decimal("0.002")), "failed calls": (1, 0), "failed": (1, 0)}
    assert lines == {
        model: (3, Decimal("0.006")),
        "failed calls": (2, 0),
        "failed": (1, 0),
        "lost calls": (2, 0),
    }
    assert (bill.calls, bill.cost, bill.lost_calls) == (8, Decimal("0.006"), 2)
    assert bill.savings.saved == saved - Decimal("0.004")


def test_a_ledger_that_has_fewer_calls_than_the_rows_takes_nothing_off_the_bill() -> None:
    paid = entry(cost="0.002")
    bill = bill_of(answered(entries=(paid, paid)))
    before = (bill.calls, bill.cost, bill.savings.saved)

    bill.complete([CallSum(model=LUNA, effort=paid.effort, status="paid", calls=1, cost=Decimal("0.002"))])

    assert (bill.calls, bill.cost, bill.savings.saved) == before
