"""What every policy of the short list would have cost and kept on recorded rows, and how good an order by task is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from statistics import fmean, pstdev

from msgspec import Struct
from msgspec.structs import replace

from scrimp.flows.tune.dataset import Dataset, split_halves
from scrimp.tuning.calibration import Calibration, calibration
from scrimp.tuning.gain_model import Pair, learn_gains
from scrimp.tuning.performance_gap import GapRecovered, gap_recovered
from scrimp.tuning.policies import Policy
from scrimp.tuning.policy_metrics import Oracle, PolicyMetrics, frontier, oracle
from scrimp.tuning.recorded_row import RecordedRow
from scrimp.tuning.shortlist import policies

_SHARES = (0.1, 0.2, 0.3, 0.5, 0.7)  # of rows that go up
_DRAWS = 20  # samples of pairs
_RIGHT = 0.5  # a score of at least so much counts as right beside a confidence


class OrderQuality(Struct, frozen=True):
    """How much of the gap between a cheap model and the flagship an order of prompts recovers, and how it was learned.

    `gap_recovered` is None where the flagship is no better than the cheap model: a chain between the two gains nothing.
    """

    cheap: str
    learned_by: str  # task, or task and wording
    pairs: int
    recovered: GapRecovered | None
    draws: int = 1  # of so many samples of pairs the mean
    sd: float = 0.0  # of the APGR, from one sample to another


class EscalationGain(Struct, frozen=True):
    """Mean scores where a share of rows goes up to the flagship: the least sure ones, or any."""

    share: float
    least_sure: float
    random: float


class SignalQuality(Struct, frozen=True):
    """How far a model's confidence can be trusted: on the rows where both it and the truth are known.

    `recovered` says what its order of prompts is worth, and `rises` what is right for some shares of flagship calls;
    neither is there for the flagship itself, nor where it is no better.
    """

    model: str
    reliability: Calibration
    recovered: GapRecovered | None = None
    rises: tuple[EscalationGain, ...] = ()


class TradeOff(Struct, frozen=True, kw_only=True):
    """What was measured on the rows reported."""

    flagship: str
    pool: tuple[str, ...]
    rows: int
    policies: tuple[tuple[Policy, PolicyMetrics], ...]  # all-flagship among them, the dearest first
    oracle: Oracle
    left_out: tuple[str, ...]
    orders: tuple[OrderQuality, ...]
    signals: tuple[SignalQuality, ...]


def trade_off(recording: Dataset, *, report_all: bool, pairs: int | None, wording: bool = False) -> TradeOff:
    """Return what the policies keep and save; those are chosen, and orders learned, on the rows that are not reported.

    With `report_all` policies are measured on every row: the short list is drawn up without a look at scores, so only
    orders need the two halves. `pairs` limits what is learned from, for each task: then it is learned again and again,
    from one sample after the other, for a single small one says little. With `wording` an order is also learned from
    the prompts' words, which takes its time.
    """
    half = split_halves(recording.rows)
    learned, reported = half.learned or recording.rows, half.reported or recording.rows
    listed = policies(learned, recording.pool, recording.flagship)
    rows = recording.rows if report_all else reported
    return TradeOff(
        flagship=recording.flagship, pool=tuple(recording.pool), rows=len(rows),
        policies=tuple(frontier(rows, listed.policies, recording.flagship)),
        oracle=oracle(rows, recording.pool, recording.flagship), left_out=listed.left_out,
        orders=tuple(
            order
            for cheap in recording.pool
            for by_words in ((False, True) if wording else (False,))
            if (order := _order(recording, cheap, learned, reported, pairs, wording=by_words)) is not None
        ),
        signals=tuple(_signals(rows, tuple(recording.pool), recording.flagship)),
    )  # fmt: skip


def _signals(rows: Sequence[RecordedRow], pool: Sequence[str], flagship: str) -> Iterator[SignalQuality]:
    for model in (*pool, flagship):
        known = [
            (said.confidence, said.score, row.said[flagship].score)
            for row in rows
            if (said := row.said[model]).confidence is not None and said.score is not None
        ]
        if not known:
            continue
        told = calibration([sure for sure, _, _ in known], [score >= _RIGHT for _, score, _ in known])
        both = sorted((sure, low, top) for sure, low, top in known if top is not None)
        if model == flagship or not both:
            yield SignalQuality(model, told)
            continue
        low, top = [low for _, low, _ in both], [top for _, _, top in both]
        worth = gap_recovered([-sure for sure, _, _ in both], low, top)
        yield SignalQuality(model, told, worth, tuple(_rises(low, top)) if worth is not None else ())


def _rises(low: Sequence[float], top: Sequence[float]) -> Iterator[EscalationGain]:
    """Yield what comes of sending up the first of the rows, which are in order of confidence."""
    rows = len(low)
    for share in _SHARES:
        up = round(share * rows)
        yield EscalationGain(
            share, (sum(top[:up]) + sum(low[up:])) / rows, fmean(low) + share * (fmean(top) - fmean(low))
        )  # fmt: skip


def _order(
    recording: Dataset,
    cheap: str,
    learned: Sequence[RecordedRow],
    reported: Sequence[RecordedRow],
    most: int | None,
    *,
    wording: bool,
) -> OrderQuality | None:
    """Learn an order from pairs of one half and measure it on the other; None where scores are missing."""
    flagship, texts = recording.flagship, recording.texts
    pairs = [pair for row in learned if (pair := _pair(row, cheap, flagship, texts)) is not None]
    scored = [row for row in reported if row.said[cheap].score is not None and row.said[flagship].score is not None]
    if not pairs or not scored or (wording and not any(pair.text for pair in pairs)):
        return None
    low = [row.said[cheap].score or 0.0 for row in scored]
    top = [row.said[flagship].score or 0.0 for row in scored]
    samples = [pairs] if most is None else [_few(pairs, most, draw) for draw in range(_DRAWS)]
    found = []
    for sample in samples:
        learner = learn_gains(sample, wording=wording)
        worth = [learner.of(row.signature, row.kind, texts.get(row.id, "")) for row in scored]
        found.append(gap_recovered(worth, low, top))
    return OrderQuality(
        cheap, "task and wording" if wording else "task", len(samples[0]), _mean(found), len(samples), _spread(found)
    )


def _mean(found: Sequence[GapRecovered | None]) -> GapRecovered | None:
    known = [each for each in found if each is not None]
    return replace(known[0], apgr=fmean(each.apgr for each in known)) if known else None


def _spread(found: Sequence[GapRecovered | None]) -> float:
    return pstdev(each.apgr for each in found if each is not None) if all(found) else 0.0


def _few(pairs: Sequence[Pair], most: int, draw: int) -> list[Pair]:
    """Return a sample of so many pairs of each task; the same for the same draw."""
    tasks: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        tasks[pair.signature].append(pair)
    chance = Random(draw)  # noqa: S311 - a sample, no secret
    return [pair for _, each in sorted(tasks.items()) for pair in chance.sample(each, min(most, len(each)))]


def _pair(row: RecordedRow, cheap: str, flagship: str, texts: Mapping[str, str]) -> Pair | None:
    low, top = row.said[cheap].score, row.said[flagship].score
    if low is None or top is None:
        return None
    return Pair(gain=top - low, signature=row.signature, kind=row.kind, text=texts.get(row.id, ""))
