"""What every policy of the short list would have cost and kept on recorded rows, and how good an order by task is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from statistics import fmean, pstdev

from msgspec import Struct
from msgspec.structs import replace

from scrimp.flows.tune.dataset import Dataset, ModelRecord, Split, split_rows
from scrimp.tuning.gain_model import ObservedGain, fit_gains
from scrimp.tuning.mixtures import TaskResult, best_mixtures, cheapest_keeping, measure_tasks
from scrimp.tuning.policies import Policy
from scrimp.tuning.policy_metrics import Oracle, PolicyMetrics, measure, measure_all, oracle
from scrimp.tuning.recorded_row import RecordedRow, label_by_agreement
from scrimp.tuning.shortlist import shortlist
from scrimp.tuning.statistics.calibration import Calibration, calibration
from scrimp.tuning.statistics.performance_gap import GapRecovered, gap_recovered

_SHARES = (0.1, 0.2, 0.3, 0.5, 0.7)  # shares of rows that are escalated
_DRAWS = 20  # samples of pairs
_MAX_ROWS = 20_000  # rows, evenly spread, by which policies of tasks are chosen
_RIGHT = 0.5  # the lowest score that counts as right when confidence is judged


class OrderQuality(Struct, frozen=True):
    """How much of the gap between a cheap model and the flagship an order of prompts recovers, and how it was learned.

    `recovered` is None if the flagship is not better than the cheap model: a chain between the two gains nothing.
    """

    cheap: str
    learned_by: str  # task, or task and wording
    pairs: int
    recovered: GapRecovered | None
    draws: int = 1  # samples of pairs; the figures are their mean
    sd: float = 0.0  # standard deviation of the APGR over bootstrap samples


class EscalationGain(Struct, frozen=True):
    """Mean scores where a share of rows is escalated to the flagship: those of least confidence, or any."""

    share: float
    least_sure: float
    random: float


class SignalQuality(Struct, frozen=True):
    """How far a model's confidence can be trusted: on the rows where both it and the truth are known.

    `recovered` is the gap that its order of prompts recovers, `escalations` the mean score at some shares of flagship
    calls; neither is there for the flagship itself, nor where it is not better.
    """

    model: str
    reliability: Calibration
    recovered: GapRecovered | None = None
    escalations: tuple[EscalationGain, ...] = ()


class PerTask(Struct, frozen=True):
    """A policy for each task, chosen on other rows to keep a target together, and what each and all came to."""

    target: float
    tasks: tuple[TaskResult, ...]
    together: PolicyMetrics


class TradeOff(Struct, frozen=True, kw_only=True):
    """What was measured on the reported rows."""

    flagship: str
    pool: tuple[str, ...]
    rows: int
    policies: tuple[tuple[Policy, PolicyMetrics], ...]  # all-flagship among them, the most expensive first
    oracle: Oracle
    left_out: tuple[str, ...]
    orders: tuple[OrderQuality, ...]
    signals: tuple[SignalQuality, ...]
    per_task: PerTask | None = None  # set if there are several tasks with scores
    records: tuple[ModelRecord, ...] = ()  # every recorded model on all rows


def trade_off(
    dataset: Dataset, *, report_all: bool, pairs: int | None, wording: bool = False, target: float = 0.98
) -> TradeOff:
    """Return what the policies keep and save; they are chosen, and orders learned, on the rows that are not reported.

    `target` is what the policies of several tasks are to keep together. With `report_all` policies are measured on
    every row: the short list is drawn up without a look at scores, so only orders and policies of tasks need the split.
    `pairs` limits what is learned from, for each task: then it is learned from many samples, for a single small one
    says little. With `wording` an order is also learned from the prompts' words, which takes its time.
    """
    everything = dataset.rows
    if any(answer.score is not None for row in everything for answer in row.answers.values()):
        # Where models agree, `tune label` asks for no label: without those rows what is kept would be that of disputes.
        everything = label_by_agreement(everything, dataset.flagship)
    split = split_rows(everything)
    train, test = split.train or everything, split.test or everything
    candidates = shortlist(train, dataset.pool, dataset.flagship)
    rows = everything if report_all else test
    return TradeOff(
        flagship=dataset.flagship, pool=tuple(dataset.pool), rows=len(rows),
        policies=tuple(measure_all(candidates.policies, rows, dataset.flagship)),
        oracle=oracle(rows, dataset.pool, dataset.flagship), left_out=candidates.left_out,
        orders=tuple(
            order
            for cheap in dataset.pool
            for by_words in ((False, True) if wording else (False,))
            if (order := _order_quality(dataset, cheap, train, test, pairs, wording=by_words)) is not None
        ),
        signals=tuple(_signal_quality(rows, tuple(dataset.pool), dataset.flagship)),
        per_task=_per_task(dataset, split, target),
        records=tuple(dataset.records),
    )  # fmt: skip


def _per_task(dataset: Dataset, split: Split, target: float) -> PerTask | None:
    flagship, train = dataset.flagship, split.train[:: max(1, len(split.train) // _MAX_ROWS)]
    if len({row.signature for row in split.test}) < 2 or not any(row.answers[flagship].score for row in train):
        return None

    def listing(rows: Sequence[RecordedRow]) -> Sequence[Policy]:
        return shortlist(rows, dataset.pool, flagship).policies

    chosen = cheapest_keeping(best_mixtures(train, listing, flagship), target).policy
    tasks = tuple(measure_tasks(chosen, split.test, flagship))
    return PerTask(target, tasks, measure(chosen, split.test, flagship))


def _signal_quality(rows: Sequence[RecordedRow], pool: Sequence[str], flagship: str) -> Iterator[SignalQuality]:
    for model in (*pool, flagship):
        known = [
            (answer.confidence, answer.score, row.answers[flagship].score)
            for row in rows
            if (answer := row.answers[model]).confidence is not None and answer.score is not None
        ]
        if not known:
            continue
        reliability = calibration(
            [confidence for confidence, _, _ in known], [score >= _RIGHT for _, score, _ in known]
        )
        compared = sorted((confidence, low, top) for confidence, low, top in known if top is not None)
        if model == flagship or not compared:
            yield SignalQuality(model, reliability)
            continue
        low, top = [low for _, low, _ in compared], [top for _, _, top in compared]
        recovered = gap_recovered([-confidence for confidence, _, _ in compared], low, top)
        gains = tuple(_escalation_gains(low, top)) if recovered is not None else ()
        yield SignalQuality(model, reliability, recovered, gains)


def _escalation_gains(low: Sequence[float], top: Sequence[float]) -> Iterator[EscalationGain]:
    """Yield the result of escalating the first rows, which are in order of confidence."""
    rows = len(low)
    for share in _SHARES:
        escalated = round(share * rows)
        yield EscalationGain(
            share=share,
            least_sure=(sum(top[:escalated]) + sum(low[escalated:])) / rows,
            random=fmean(low) + share * (fmean(top) - fmean(low)),
        )


def _order_quality(
    dataset: Dataset,
    cheap: str,
    train: Sequence[RecordedRow],
    test: Sequence[RecordedRow],
    max_pairs: int | None,
    *,
    wording: bool,
) -> OrderQuality | None:
    """Learn an order from pairs of one half and measure it on the other; None if scores are missing."""
    flagship, texts = dataset.flagship, dataset.texts
    observed = [gain for row in train if (gain := _observed_gain(row, cheap, flagship, texts)) is not None]
    scored = [row for row in test if row.answers[cheap].score is not None and row.answers[flagship].score is not None]
    if not observed or not scored or (wording and not any(one.text for one in observed)):
        return None
    low = [row.answers[cheap].score or 0.0 for row in scored]
    top = [row.answers[flagship].score or 0.0 for row in scored]
    samples = [observed] if max_pairs is None else [_sample(observed, max_pairs, seed) for seed in range(_DRAWS)]
    recovered = []
    for sample in samples:
        model = fit_gains(sample, wording=wording)
        priorities = [model.expected_gain(row.signature, row.kind, texts.get(row.id, "")) for row in scored]
        recovered.append(gap_recovered(priorities, low, top))
    return OrderQuality(
        cheap=cheap, learned_by="task and wording" if wording else "task", pairs=len(samples[0]),
        recovered=_mean(recovered), draws=len(samples), sd=_sd(recovered),
    )  # fmt: skip


def _mean(recovered: Sequence[GapRecovered | None]) -> GapRecovered | None:
    known = [one for one in recovered if one is not None]
    return replace(known[0], apgr=fmean(one.apgr for one in known)) if known else None


def _sd(recovered: Sequence[GapRecovered | None]) -> float:
    return pstdev(one.apgr for one in recovered if one is not None) if all(recovered) else 0.0


def _sample(observed: Sequence[ObservedGain], size: int, seed: int) -> list[ObservedGain]:
    """Return a sample of at most `size` pairs of each task; the same for the same seed."""
    tasks: defaultdict[str, list[ObservedGain]] = defaultdict(list)
    for one in observed:
        tasks[one.signature].append(one)
    random = Random(seed)  # noqa: S311 - a sample, not a secret
    return [one for _, pairs in sorted(tasks.items()) for one in random.sample(pairs, min(size, len(pairs)))]


def _observed_gain(row: RecordedRow, cheap: str, flagship: str, texts: Mapping[str, str]) -> ObservedGain | None:
    low, top = row.answers[cheap].score, row.answers[flagship].score
    if low is None or top is None:
        return None
    return ObservedGain(gain=top - low, signature=row.signature, kind=row.kind, text=texts.get(row.id, ""))
