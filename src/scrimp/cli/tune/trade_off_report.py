"""What `scrimp tune replay` shows: lines for a person, a document for a program."""

from __future__ import annotations

from collections.abc import Iterator

from scrimp.cli.printing import line, show
from scrimp.cli.session import Session
from scrimp.cli.tune.dataset import interval
from scrimp.flows.tune.trade_off import OrderQuality, TradeOff
from scrimp.render.amounts import UNKNOWN
from scrimp.render.shares import percent, plural
from scrimp.tuning.policies import policy_name
from scrimp.tuning.policy_metrics import Interval

_BAR = 40  # characters


def print_trade(here: Session, found: TradeOff) -> None:
    """Print what policies keep and save, how good orders are and what confidence is worth."""
    rows = [
        (policy_name(policy), _shown(measured.kept), _shown(measured.flagship_share), _shown(measured.saved),
         f"{measured.calls:.2f}")
        for policy, measured in found.policies
    ]  # fmt: skip
    best = found.oracle
    rows.append(("oracle", UNKNOWN if best.kept is None else percent(best.kept, 1), "", percent(best.saved, 1), ""))
    line(f"{rows_of(found)}, flagship {found.flagship}")
    show(("policy", "kept", "flag", "saved", "calls"), rows, "lrrrr", here.out)
    for sentence in found.left_out:
        line(f"left out: {sentence}")
    for sentence in (*_orders(found), *_signals(found)):
        line(sentence)


def _signals(found: TradeOff) -> Iterator[str]:
    for signal in found.signals:
        told = signal.reliability
        if told.auroc is None or told.low is None or told.high is None:
            surer = "all are of one kind, so that confidence cannot tell them apart"
        else:
            surer = f"AUROC {told.auroc:.2f} ({told.low:.2f} to {told.high:.2f})"
        yield (
            f"confidence of {signal.model}: {percent(told.right, 1)} of {plural(told.rows, 'row')} right, {surer}, "
            f"off by {percent(told.error, 1)} on average"
        )
        if signal.recovered is not None:
            yield (
                f"APGR {percent(signal.recovered.apgr, 1)} from {signal.model}, by its confidence; random 50 % "
                f"(sd {percent(signal.recovered.random_sd, 1)}), at best {percent(signal.recovered.best, 1)}"
            )


def diagrams(found: TradeOff) -> Iterator[str]:
    """Draw for each model how many were right of those it was so sure of: reliable confidence is as long as it says."""
    for signal in found.signals:
        yield f"how sure {signal.model} is, and how many of those are right"
        for each in signal.reliability.bins:
            bar = "#" * round(_BAR * each.right)
            yield f"  {percent(each.confidence):>6} |{bar:<{_BAR}}| {percent(each.right):>6} of {each.rows:,}"
        if signal.rises:
            yield f"right in all, where those {signal.model} is least sure of go up to {found.flagship}"
        for rise in signal.rises:
            sent = f"{percent(rise.share):>6} sent up: {percent(rise.least_sure, 1)}"
            yield f"  {sent}, at random {percent(rise.random, 1)}"


def _orders(found: TradeOff) -> Iterator[str]:
    for order in found.orders:
        if order.recovered is None:
            yield f"{order.cheap}: {found.flagship} is no better, so a chain from one to the other gains nothing"
            continue
        yield (
            f"APGR {percent(order.recovered.apgr, 1)} from {order.cheap}, by {order.learned_by} "
            f"({_learned(order)}); random {percent(order.recovered.random)} "
            f"(sd {percent(order.recovered.random_sd, 1)}), at best {percent(order.recovered.best, 1)}"
        )


def _learned(order: OrderQuality) -> str:
    pairs = plural(order.pairs, "pair")
    return pairs if order.draws == 1 else f"{pairs}, mean of {order.draws} samples, sd {percent(order.sd, 1)}"


def _shown(found: Interval | None) -> str:
    if found is None:
        return UNKNOWN
    return f"{percent(found.value, 1)} ({100 * found.low:.1f} to {100 * found.high:.1f})"


def rows_of(found: TradeOff) -> str:
    """Return how many rows were measured, in words."""
    return plural(found.rows, "row")


def trade_document(found: TradeOff) -> dict[str, object]:
    """Return all of it; shares are of 1."""
    return {
        "v": 1,
        "rows": found.rows,
        "flagship": found.flagship,
        "pool": found.pool,
        "policies": [
            {
                "policy": policy_name(policy), "kept": interval(measured.kept),
                "flag": interval(measured.flagship_share), "saved": interval(measured.saved),
                "cost_usd": measured.cost, "calls": measured.calls,
                "labelled": measured.labelled,
            }
            for policy, measured in found.policies
        ],
        "oracle": {"kept": found.oracle.kept, "saved": found.oracle.saved},
        "left_out": found.left_out,
        "orders": [_order(order) for order in found.orders],
        "signals": [
            {
                "model": signal.model, "rows": signal.reliability.rows, "right": signal.reliability.right,
                "auroc": signal.reliability.auroc, "low": signal.reliability.low, "high": signal.reliability.high,
                "error": signal.reliability.error,
                "apgr": signal.recovered and signal.recovered.apgr,
                "random_sd": signal.recovered and signal.recovered.random_sd,
                "rises": [
                    {"share": each.share, "least_sure": each.least_sure, "random": each.random}
                    for each in signal.rises
                ],
                "bins": [
                    {"confidence": each.confidence, "right": each.right, "rows": each.rows}
                    for each in signal.reliability.bins
                ],
            }
            for signal in found.signals
        ],
    }  # fmt: skip


def _order(order: OrderQuality) -> dict[str, object]:
    found = order.recovered
    return {
        "cheap": order.cheap, "learned_by": order.learned_by, "pairs": order.pairs,
        "apgr": found and found.apgr, "random": found and found.random, "random_sd": found and found.random_sd,
        "best": found and found.best, "samples": order.draws, "sd": order.sd,
    }  # fmt: skip
