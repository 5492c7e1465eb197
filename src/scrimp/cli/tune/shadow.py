"""`scrimp tune shadow`: send a share of prompts to several models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Annotated

import typer
from msgspec import Struct

from scrimp.cli.flags.comma_lists import comma_list
from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.options.reading import Inputs
from scrimp.cli.flags.run_flags import AnswerFlags, CallFlags, CostFlags, LabelFlags, ReadingFlags
from scrimp.cli.flags.run_options import check_schema, config_flags, read_options, run_options
from scrimp.cli.inputs import inputs_or_stdin
from scrimp.cli.observers.drift import warn_of_level_drift
from scrimp.cli.session import Session, open_session
from scrimp.cli.tune.run_command import run_words
from scrimp.cli.tune.shadow_notes import note_plan, note_tasks, read_ahead
from scrimp.cli.tune.tune_flags import CERTIFIABLE, Keep, checked_side
from scrimp.errors import NOTHING_ANSWERED, SOME_FAILED, UsageError
from scrimp.flows.engine.stops.run_stop import BETWEEN_CALLS, RunStop
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.tune.level_certificates import level_name
from scrimp.flows.tune.pairs.level_collector import LevelCollector, LevelComparison
from scrimp.flows.tune.pairs.pair_collector import PairCollector
from scrimp.flows.tune.pairs.pair_plan import PlannedGroup, level_plan, model_plan
from scrimp.flows.tune.pairs.prompt_key import sampled
from scrimp.flows.tune.shadow_run import default_models
from scrimp.read.prompts import prompts
from scrimp.store.tuning.pairs import StoredPrompt
from scrimp.units import format_count, format_dollars, parse_percent, pluralize
from scrimp.values import Prompt

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class PairsWanted(FlagGroup, frozen=True):
    """Which prompts are sent, and to which models."""

    models: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C",
            help="The models, or their efforts (provider/model@low); by default two cheap ones and the high tier's, "
            "with --compress the one of each prompt.",
        ),
    ] = None
    share: Annotated[str, typer.Option(metavar="P%", help="The share of prompts to send.")] = "3%"
    gold: Annotated[
        str | None, typer.Option("--gold", metavar="COLUMN", help="The column that holds the right answer.")
    ] = None
    keep: Keep = None
    twice: Annotated[
        bool,
        typer.Option("--twice", help="With --compress: send prompts without it a second time, for models that vary."),
    ] = False

    def comparison(self, level: str | None) -> LevelComparison | None:
        """Return what is compared at a level that can be certified; None if it is models that are compared."""
        if level in CERTIFIABLE:
            return LevelComparison(checked_side(level, self.keep), self.twice)
        if self.keep is not None or self.twice:
            raise UsageError(f"--keep and --twice are for pairs of a level: add --compress {' or '.join(CERTIFIABLE)}")
        return None


@app.command()
@grouped(defaults={"max_cost": "1.00"})
def shadow(
    reading: ReadingFlags, answer: AnswerFlags, cost: CostFlags, calls: CallFlags, labels: LabelFlags,
    inputs: Inputs = None, *, wanted: PairsWanted,
) -> None:  # fmt: skip
    """Send a share of prompts to cheap models and the flagship, and store their completions as pairs.

    Nothing is paid twice: completions in the cache are taken from there, so that after a run only the other models are
    called. The prompts of a share are always the same ones. Pairs are stored in the ledger for tune replay, label and
    certify. With --gold a completion that gives the column's answer is labeled right, and any other wrong; of rows
    without an answer, none is labeled. Before the first call it says how many pairs each task will have, the most that
    they can certify, and how many are wanted.

    With --compress tidy, focus or dense each prompt goes twice to the model that a run would call for it, at the level
    and without it, for tune certify --compress. Prompts that a run would send through a chain of several models are
    left out, unless --models names one.
    """
    fraction, comparison = parse_percent(wanted.share, "--share"), wanted.comparison(cost.compress)
    with open_session(config_flags(answer, cost, calls)) as session:
        options = run_options(session.defaults, answer, labels, level_fixed=cost.compress is not None)
        check_schema(options)
        source = prompts(
            inputs_or_stdin(inputs), read_options(reading), warn=session.messages.warn, note=session.messages.note
        )
        chosen = _Sendable(sampled(source, fraction))
        shadowed = _Shadowed(session, options, chosen, wanted.gold, run_words(inputs or (), reading, answer))
        models = None if wanted.models is None else comma_list(wanted.models, "--models")
        if comparison is None:
            collected = _collect_models(shadowed, models or default_models(session.services.routes))
        else:
            collected = _collect_levels(shadowed, comparison, models)
        if collected.stop is not None and collected.stop.message:
            session.messages.error(collected.stop.message)
        elif not collected.prompts and not chosen.left_out and fraction < 1:
            session.messages.note(f"no prompt falls within the share of {wanted.share}: raise --share")
        if chosen.left_out:
            session.messages.note(f"{pluralize(chosen.left_out, 'row')} left out, the first: {chosen.first}")
    raise typer.Exit(_status(collected))


class _Sendable:
    """The prompts that can be sent; the others are left out and counted."""

    def __init__(self, prompts: Iterable[Prompt]) -> None:
        self._prompts = prompts
        self.left_out, self.first = 0, ""

    def __iter__(self) -> Iterator[Prompt]:
        for prompt in self._prompts:
            if not prompt.defect:
                yield prompt
                continue
            self.first = self.first or prompt.placed_defect
            self.left_out += 1


class _Shadowed(Struct, frozen=True):
    """The prompts of the share, and how they are sent."""

    session: Session
    options: RunOptions
    chosen: Iterable[Prompt]
    gold: str | None
    words: Sequence[str]  # the command that runs the prompts again

    def collect(
        self, collector: PairCollector | LevelCollector, of: str,
        plan: Callable[[Sequence[StoredPrompt]], Sequence[PlannedGroup]],
        send: Callable[[Iterable[Prompt]], RunStop | None],
    ) -> RunStop | None:  # fmt: skip
        """Tell the plan, and have the collector send the prompts; return why that ended early."""
        try:
            first, rest = read_ahead(self.chosen)
            planned = collector.planned(first)
            note_plan(self.session, plan(planned), of, planned)
            return send(chain(first, rest))
        except KeyboardInterrupt:  # between two rounds of calls, which end by themselves
            return BETWEEN_CALLS
        finally:
            note_tasks(self.session, collector.collected.tasks, collector.collected.templates, self.words)
            collector.close()


class _Collected(Struct, frozen=True):
    """What came of collecting pairs: prompts, results that were stored, and prompts that failed."""

    stop: RunStop | None
    prompts: int
    stored: int
    failed: int


def _collect_models(shadowed: _Shadowed, models: Sequence[str]) -> _Collected:
    session = shadowed.session
    collector = PairCollector(shadowed.options, session.services, gold=shadowed.gold)
    stop = shadowed.collect(
        collector, "the flagship's quality", lambda planned: model_plan(planned, models, session.services),
        lambda chosen: collector.collect(chosen, models),
    )  # fmt: skip
    session.messages.note(
        f"{pluralize(collector.prompts, 'prompt')}, {pluralize(collector.completions, 'completion')} of "
        f"{', '.join(map(collector.name_of, models))} stored, {format_count(collector.calls.failed)} failed, "
        f"{format_dollars(collector.calls.spent)} spent"
    )
    if unlabeled := collector.collected.unlabeled:
        session.messages.note(unlabeled)
    return _Collected(stop, collector.prompts, collector.completions, collector.calls.failed)


def _collect_levels(shadowed: _Shadowed, comparison: LevelComparison, models: Sequence[str] | None) -> _Collected:
    session = shadowed.session
    collector = LevelCollector(shadowed.options, session.services, comparison, gold=shadowed.gold)
    stop = shadowed.collect(
        collector, "answers", lambda planned: level_plan(planned, comparison.side, session.services),
        lambda chosen: collector.collect(chosen, models),
    )  # fmt: skip
    _note_levels(session, collector, comparison)
    warn_of_level_drift(session)
    return _Collected(stop, collector.prompts, collector.pairs, collector.calls.failed)


def _note_levels(session: Session, collector: LevelCollector, comparison: LevelComparison) -> None:
    """Say what was stored, and of which prompts nothing."""
    unchanged = f" ({format_count(collector.unchanged)} not changed by it)" if collector.unchanged else ""
    by_models = f" by {', '.join(collector.models)}" if collector.models else ""
    session.messages.note(
        f"{pluralize(collector.prompts, 'prompt')}, {pluralize(collector.pairs, 'pair')} with and without "
        f"{level_name(comparison.side)}{unchanged} stored{by_models}, "
        f"{format_count(collector.calls.failed)} failed, {format_dollars(collector.calls.spent)} spent"
    )
    if collector.in_chains:
        session.messages.warn(
            f"{pluralize(collector.in_chains, 'prompt')} left out: a run sends them through a chain of models, for "
            "which no level can be certified; name one model with --models"
        )
    if unlabeled := collector.collected.unlabeled:
        session.messages.note(unlabeled)


def _status(collected: _Collected) -> int:
    if collected.stop is not None:
        return collected.stop.exit_status
    if not collected.failed:
        return 0
    return SOME_FAILED if collected.stored else NOTHING_ANSWERED
