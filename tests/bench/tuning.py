"""What tuning keeps and saves on recorded completions of real models, and how often its certificates are wrong.

    python tests/bench/tuning.py DIRECTORY [--draws 300]

DIRECTORY holds prices.json (`models`: name to dollars per million tokens in and out) and NAME.jsonl.gz files, a row a
line: id, task, prompt, prompt_tokens, models: name to score, [out], [completion_tokens]. What is learned is learned on
rows whose sha256(id) is even, what is printed is of the odd ones.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from scrimp.answers.canonical import canonical
from scrimp.tuning.certify import Listing, certify
from scrimp.tuning.gain_model import GainModel, ObservedGain, fit_gains
from scrimp.tuning.gatekeeping import GatedPolicy
from scrimp.tuning.policies import Policy, policy_name, replay
from scrimp.tuning.policy_metrics import measure, oracle
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow
from scrimp.tuning.shortlist import Shortlist, shortlist
from scrimp.tuning.statistics.performance_gap import gap_recovered

SIZES = (50, 100, 200, 400, 800)
TARGETS = (0.95, 0.98)
# File, flagship, cheap models: beginnings of names, as recorded at one date or another.
SETS = (
    ("zeroeval-gsm", "claude-3-5-sonnet", ("gpt-4o-mini", "gemini-1.5-flash", "deepseek-v2.5", "Qwen")),
    ("zeroeval-crux", "claude-3-5-sonnet", ("gpt-4o-mini", "gemini-1.5-flash", "deepseek-v2.5", "Qwen")),
    ("routellm-gsm8k", "gpt-4-1106", ("Mixtral",)),
    ("routellm-mmlu", "gpt-4-1106", ("Mixtral",)),
    ("llmrouter-9small", "llama-3.1-nemotron-51b", ("llama-3.1-8b", "qwen2.5-7b", "gemma-2-9b")),
)
ASSUMED_TOKENS = 200


class Recording:
    """One file: its rows as tuning sees them, with prompts, and by the half they are in."""

    def __init__(self, path: Path, flagship: str, cheap: Sequence[str], prices: dict[str, Any]) -> None:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            raw = [json.loads(line) for line in lines]
        models = list(raw[0]["models"])
        self.flagship = next(model for model in models if model.startswith(flagship))
        # Two models are of one family where their names begin with the same word.
        self.pool = {m: m.lower().split("-")[0].rstrip("0123456789.") for m in models if m.startswith(tuple(cheap))}
        started = time.process_time()
        self.rows = [self._row(row, prices) for row in raw]
        self.seconds = time.process_time() - started
        self.text = {row["id"]: row["prompt"] for row in raw}
        self.even = [row for row in self.rows if not _odd(row.id)]
        self.odd = [row for row in self.rows if _odd(row.id)]

    def _row(self, row: dict[str, Any], prices: dict[str, Any]) -> RecordedRow:
        answers = {}
        for model in (*self.pool, self.flagship):
            reply = row["models"][model]
            input_price, output_price = prices[model][:2]
            tokens = reply.get("completion_tokens", ASSUMED_TOKENS)
            answers[model] = RecordedAnswer(
                score=reply["score"],
                asserted=canonical(reply["out"]) if reply.get("out") else None,
                cost=(row["prompt_tokens"] * input_price + tokens * output_price) / 1e6,
            )
        return RecordedRow(id=row["id"], answers=answers, signature=row["task"], kind=row["task"].partition("/")[0])

    def shortlist(self, rows: Sequence[RecordedRow]) -> Shortlist:
        return shortlist(rows, self.pool, self.flagship)

    def listing(self, rows: Sequence[RecordedRow]) -> Sequence[GatedPolicy]:
        return self.shortlist(rows).order


def _odd(row_id: str) -> bool:
    return bool(sha256(row_id.encode()).digest()[-1] & 1)


def report(name: str, recording: Recording) -> None:
    print(f"\n{name}: {len(recording.odd)} odd rows, flagship {recording.flagship}")
    started = time.process_time()
    listed = recording.shortlist(recording.even)
    for policy in listed.policies:
        m = measure(policy, recording.odd, recording.flagship)
        kept = "kept ?" if m.kept is None else f"kept {m.kept.value:6.1%} ({m.kept.low:.1%} - {m.kept.high:.1%})"
        print(f"  {kept}  flag {m.flagship_share.value:5.1%}  saved {m.saved.value:5.1%}  {policy_name(policy)}")
    for least in (0.95, 0.98, 0.99, 0.995):
        measured = [(policy, measure(policy, recording.even, recording.flagship)) for policy in listed.policies]
        good = [(m.saved.value, policy) for policy, m in measured if m.kept is not None and m.kept.value >= least]
        if good:
            m = measure(max(good, key=lambda pair: pair[0])[1], recording.odd, recording.flagship)
            print(f"  saves most of what kept {least:.1%} on even rows: kept {m.kept.value if m.kept else 0:.1%}  "
                  f"flag {m.flagship_share.value:.1%}  saved {m.saved.value:.1%}")  # fmt: skip
    best = oracle(recording.odd, recording.pool, recording.flagship)
    print(f"  kept {best.kept or 0:6.1%}  saved {best.saved:5.1%}  oracle")
    for sentence in listed.left_out:
        print(f"  left out: {sentence}")
    seconds = time.process_time() - started
    print(f"  replayed in {seconds:.2f} s ({len(recording.rows)} rows; canonical answers {recording.seconds:.2f} s)")


def order_quality(
    recording: Recording, cheap: str, rows: Sequence[RecordedRow], learned: GainModel
) -> tuple[float, float, float]:
    """Return APGR, the random order's sd and the best order's APGR."""
    priorities = [learned.expected_gain(row.signature, row.kind, recording.text[row.id]) for row in rows]
    low = [row.answers[cheap].score or 0.0 for row in rows]
    top = [row.answers[recording.flagship].score or 0.0 for row in rows]
    recovered = gap_recovered(priorities, low, top)
    assert recovered is not None
    return recovered.apgr, recovered.random_sd, recovered.best


def observed_gains(recording: Recording, cheap: str, rows: Sequence[RecordedRow]) -> list[ObservedGain]:
    return [
        ObservedGain(
            gain=(row.answers[recording.flagship].score or 0.0) - (row.answers[cheap].score or 0.0),
            signature=row.signature, kind=row.kind, text=recording.text[row.id],
        )
        for row in rows
    ]  # fmt: skip


def few_pairs(recording: Recording, draws: int = 30, each: int = 20) -> None:
    """Learn from twenty shadow pairs of every task, again and again."""
    by: defaultdict[str, list[RecordedRow]] = defaultdict(list)
    for row in recording.even:
        by[row.signature].append(row)
    print(f"\nllmrouter-9small: APGR from {each} pairs a task, mean of {draws} draws (sd)")
    for cheap in recording.pool:
        found: dict[str, list[float]] = {"task": [], "task and wording": []}
        sd = best = 0.0
        for draw in range(draws):
            chance = random.Random(draw)
            shadow = observed_gains(
                recording, cheap, [row for task in sorted(by) for row in chance.sample(by[task], each)]
            )
            for what, wording in (("task", False), ("task and wording", True)):
                value, sd, best = order_quality(recording, cheap, recording.odd, fit_gains(shadow, wording=wording))
                found[what].append(value)
        words = "  ".join(f"{what} {fmean(values):.3f} ({stdev(values):.3f})" for what, values in found.items())
        print(f"  {cheap:24} {words}  random .500 ({sd:.3f})  best {best:.2f}")


def halves(recording: Recording) -> None:
    (cheap,) = recording.pool
    shadow = observed_gains(recording, cheap, recording.even)
    print(f"\nroutellm-mmlu: APGR learned on {len(shadow)} even rows, on {len(recording.odd)} odd ones")
    without_task = [ObservedGain(gain=pair.gain, text=pair.text) for pair in shadow]
    for what, of, wording in (
        ("task", shadow, False),
        ("wording", without_task, True),
        ("task and wording", shadow, True),
    ):
        started = time.process_time()
        learned = fit_gains(of, wording=wording)
        seconds = time.process_time() - started
        value, sd, best = order_quality(recording, cheap, recording.odd, learned)
        took = time.process_time() - started - seconds
        print(f"  {what:18} {value:.3f}  random .500 ({sd:.3f})  best {best:.2f}  "
              f"fitted in {seconds:.1f} s, predicted in {took:.1f} s")  # fmt: skip


def _true_kept(recording: Recording, rows: Sequence[RecordedRow], policy: Policy) -> float:
    """Return the true share kept, on all the rows drawn from."""
    own = top = 0.0
    for row in rows:
        own += replay(policy, row, recording.flagship).score or 0.0
        top += row.answers[recording.flagship].score or 0.0
    return own / top


def draws(name: str, recording: Recording, listing: Listing, count: int) -> Iterator[str]:
    """Certify on samples with replacement of the odd rows, for which those are the whole truth."""
    truth: dict[str, float] = {}
    for target in TARGETS:
        for size in SIZES:
            missed = overstated = certified = 0
            saved: list[float] = []
            for draw in range(count):
                sample = random.Random(f"{name}{size}{draw}").choices(recording.odd, k=size)
                certificate = certify(sample, listing, recording.flagship, target)
                policy = policy_name(certificate.policy)
                if policy not in truth:
                    truth[policy] = _true_kept(recording, recording.odd, certificate.policy)
                missed += truth[policy] < target
                overstated += len(certificate.claims) == 1 and truth[policy] < certificate.claims[0].bound
                certified += any(claim.certified for claim in certificate.claims)
                saved.append(certificate.measured.saved.value)
            yield (
                f"  {name:25} {target:.0%}  n {size:3}  certified {certified / count:6.1%}  missed "
                f"{missed / count:5.1%}  bound too high {overstated / count:5.1%}  saved {fmean(saved):6.1%}"
            )


def speed(recording: Recording, rows: int = 14_000) -> None:
    """Replay a long recording: this one again and again."""
    many = [row for _ in range(rows // len(recording.rows) + 1) for row in recording.rows][:rows]
    started = time.process_time()
    listed = recording.shortlist(many).policies
    for policy in listed:
        measure(policy, many, recording.flagship)
    oracle(many, recording.pool, recording.flagship)
    seconds = time.process_time() - started
    print(f"\n{rows} rows of {len(recording.pool)} cheap models, {len(listed)} policies: replayed in {seconds:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--only", help="one set")
    options = parser.parse_args()
    prices = json.loads((options.directory / "prices.json").read_text())["models"]
    recordings = {
        name: Recording(options.directory / f"{name}.jsonl.gz", flagship, cheap, prices)
        for name, flagship, cheap in SETS
        if options.only in {None, name}
    }
    for name, recording in recordings.items():
        report(name, recording)
    speed(next(iter(recordings.values())))
    if "llmrouter-9small" in recordings:
        few_pairs(recordings["llmrouter-9small"])
    if "routellm-mmlu" in recordings:
        halves(recordings["routellm-mmlu"])
    print(f"\ncertificates at risk 5 %, {options.draws} draws with replacement")
    for name, recording in recordings.items():
        started = time.process_time()
        for line in draws(name, recording, recording.listing, options.draws):
            print(line, flush=True)
        print(f"  {name}: {time.process_time() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
