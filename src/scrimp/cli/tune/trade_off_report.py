"""What `scrimp tune replay` prints: lines for a person, a document for a program."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scrimp.cli.printing import print_line, print_table
from scrimp.cli.session import Session
from scrimp.flows.tune.dataset import ModelRecord
from scrimp.flows.tune.trade_off import OrderQuality, PerTask, SignalQuality, TradeOff
from scrimp.tuning.policies import policy_name
from scrimp.tuning.policy_metrics import Interval, PolicyMetrics
from scrimp.tuning.statistics.calibration import Calibration
from scrimp.units import UNKNOWN, format_count, format_dollars, format_percent, format_percent_briefly, pluralize

_BAR = 40  # characters


def print_trade_off(session: Session, result: TradeOff) -> None:
    """Print what policies keep and save, how good orders are and how reliable confidence is."""
    rows = [(policy_name(policy), *_figures(measured)) for policy, measured in result.policies]
    oracle = result.oracle
    rows.append(
        (
            "oracle",
            UNKNOWN if oracle.kept is None else format_percent(oracle.kept, 1),
            "",
            format_percent(oracle.saved, 1),
            "",
        )
    )
    print_line(f"{row_count(result)}, flagship {result.flagship}")
    print_table(("policy", "kept", "flag", "saved", "calls"), rows, "lrrrr", session.out)
    records = [_record_row(record) for record in result.records]
    print_table(("model", "rows", "score", "1,000 rows cost"), records, "lrrr", session.out)
    if result.per_task is not None:
        _print_per_task(session, result.per_task)
    for sentence in result.left_out:
        print_line(f"left out: {sentence}")
    for sentence in (*_order_sentences(result), *_signal_sentences(result)):
        print_line(sentence)


def _print_per_task(session: Session, per_task: PerTask) -> None:
    rows = [(task.signature, policy_name(task.policy), *_figures(task.measured)) for task in per_task.tasks]
    rows.append(("together", "", *_figures(per_task.together)))
    print_line(
        f"a policy for each task, chosen on the other rows to keep {format_percent_briefly(per_task.target)} together"
    )
    print_table(("task", "policy", "kept", "flag", "saved", "calls"), rows, "llrrrr", session.out)


def _figures(measured: PolicyMetrics) -> tuple[str, str, str, str]:
    intervals = (measured.kept, measured.flagship_share, measured.saved)
    kept, flag, saved = (_interval_text(interval) for interval in intervals)
    return kept, flag, saved, f"{measured.calls:.2f}"


def _record_row(record: ModelRecord) -> tuple[str, ...]:
    """Return what is recorded of a model, with the dollars that 1,000 such rows were billed."""
    cost = None if record.cost is None else Decimal(str(1000 * record.cost))
    score = UNKNOWN if record.score is None else format_percent(record.score, 1)
    return record.model, format_count(record.rows), score, format_dollars(cost)


def _signal_sentences(result: TradeOff) -> Iterator[str]:
    for signal in result.signals:
        reliability = signal.reliability
        yield (
            f"confidence of {signal.model}: {format_percent(reliability.accuracy, 1)} of "
            f"{pluralize(reliability.rows, 'row')} right, {_auroc(reliability)}, "
            f"off by {format_percent(reliability.ece, 1)} on average"
        )
        if signal.recovered is not None:
            yield (
                f"APGR {format_percent(signal.recovered.apgr, 1)} from {signal.model}, by its confidence; random 50 % "
                f"(sd {format_percent(signal.recovered.random_sd, 1)}), "
                f"at best {format_percent(signal.recovered.best, 1)}"
            )


def _auroc(reliability: Calibration) -> str:
    if reliability.auroc is None or reliability.auroc_low is None or reliability.auroc_high is None:
        return "no AUROC, since all are right or all are wrong"
    return f"AUROC {reliability.auroc:.2f} ({reliability.auroc_low:.2f} to {reliability.auroc_high:.2f})"


def calibration_diagrams(result: TradeOff) -> Iterator[str]:
    """Draw each model's reliability diagram: where confidence is reliable, bars are as long as it says."""
    for signal in result.signals:
        yield f"confidence of {signal.model}, and the share of those rows that is right"
        for one in signal.reliability.bins:
            bar = "#" * round(_BAR * one.accuracy)
            confidence, accuracy = format_percent(one.confidence), format_percent(one.accuracy)
            yield f"  {confidence:>6} |{bar:<{_BAR}}| {accuracy:>6} of {one.rows:,}"
        if signal.escalations:
            yield f"mean score where rows of least confidence go from {signal.model} up to {result.flagship}"
        for gain in signal.escalations:
            escalated = f"{format_percent(gain.share):>6} escalated: {format_percent(gain.least_sure, 1)}"
            yield f"  {escalated}, at random {format_percent(gain.random, 1)}"


def _order_sentences(result: TradeOff) -> Iterator[str]:
    for order in result.orders:
        if order.recovered is None:
            yield f"{order.cheap}: {result.flagship} is no better on these rows: no order of prompts matters"
            continue
        yield (
            f"APGR {format_percent(order.recovered.apgr, 1)} from {order.cheap}, by {order.learned_by} "
            f"({_samples(order)}); random {format_percent(order.recovered.random)} "
            f"(sd {format_percent(order.recovered.random_sd, 1)}), at best {format_percent(order.recovered.best, 1)}"
        )


def _samples(order: OrderQuality) -> str:
    pairs = pluralize(order.pairs, "pair")
    return pairs if order.draws == 1 else f"{pairs}, mean of {order.draws} samples, sd {format_percent(order.sd, 1)}"


def _interval_text(interval: Interval | None) -> str:
    if interval is None:
        return UNKNOWN
    return f"{format_percent(interval.value, 1)} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def row_count(result: TradeOff) -> str:
    """Return the number of measured rows, in words."""
    return pluralize(result.rows, "row")


def trade_off_document(result: TradeOff) -> dict[str, object]:
    """Return the result as JSON has it; shares are of 1."""
    return {
        "v": 1,
        "rows": result.rows,
        "flagship": result.flagship,
        "pool": result.pool,
        "policies": [
            {"policy": policy_name(policy), **_figures_json(measured)} for policy, measured in result.policies
        ],
        "per_task": None if result.per_task is None else _per_task_json(result.per_task),
        "oracle": {"kept": result.oracle.kept, "saved": result.oracle.saved},
        "left_out": result.left_out,
        "orders": [_order_json(order) for order in result.orders],
        "signals": [_signal_json(signal) for signal in result.signals],
        "models": [
            {"model": one.model, "rows": one.rows, "score": one.score, "cost_usd_a_row": one.cost}
            for one in result.records
        ],
    }  # fmt: skip


def _figures_json(measured: PolicyMetrics) -> dict[str, object]:
    return {
        "kept": measured.kept, "flag": measured.flagship_share,
        "saved": measured.saved, "cost_usd": measured.cost, "calls": measured.calls,
        "labeled": measured.labeled,
    }  # fmt: skip


def _per_task_json(per_task: PerTask) -> dict[str, object]:
    return {
        "target": per_task.target, "rows": per_task.together.rows, **_figures_json(per_task.together),
        "tasks": [
            {
                "task": task.signature, "policy": policy_name(task.policy), "rows": task.measured.rows,
                **_figures_json(task.measured),
            }
            for task in per_task.tasks
        ],
    }  # fmt: skip


def _signal_json(signal: SignalQuality) -> dict[str, object]:
    reliability, recovered = signal.reliability, signal.recovered
    return {
        "model": signal.model,
        "rows": reliability.rows,
        "right": reliability.accuracy,
        "auroc": reliability.auroc,
        "low": reliability.auroc_low,
        "high": reliability.auroc_high,
        "error": reliability.ece,
        "apgr": recovered and recovered.apgr,
        "random_sd": recovered and recovered.random_sd,
        "rises": [
            {"share": gain.share, "least_sure": gain.least_sure, "random": gain.random} for gain in signal.escalations
        ],
        "bins": [{"confidence": one.confidence, "right": one.accuracy, "rows": one.rows} for one in reliability.bins],
    }


def _order_json(order: OrderQuality) -> dict[str, object]:
    recovered = order.recovered
    return {
        "cheap": order.cheap, "learned_by": order.learned_by, "pairs": order.pairs,
        "apgr": recovered and recovered.apgr, "random": recovered and recovered.random,
        "random_sd": recovered and recovered.random_sd, "best": recovered and recovered.best,
        "samples": order.draws, "sd": order.sd,
    }  # fmt: skip
