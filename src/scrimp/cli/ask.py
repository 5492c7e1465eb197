"""`scrimp ask`: one prompt, its completion as it comes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from msgspec.structs import replace

from scrimp.billing.totals import Bill
from scrimp.cli.flags import options as o
from scrimp.cli.flags.flag_groups import FlagGroup, grouped
from scrimp.cli.flags.run_flags import (
    AnswerFlags,
    BudgetFlags,
    CheckFlag,
    CostFlags,
    DryRunFlag,
    LabelFlags,
    ReadingFlags,
    RouteFlags,
    RowLimitFlags,
    SamplesFlag,
    SystemFlag,
)
from scrimp.cli.flags.run_options import attachments, check_models, config_flags, run_options
from scrimp.cli.inputs import prompt_text
from scrimp.cli.jobs.live_again import looking_at_batches
from scrimp.cli.printing import refuse_closed_stdout
from scrimp.cli.results.run_end import exit_status
from scrimp.cli.session import Session, open_session
from scrimp.errors import OutputError, StoreError, UsageError
from scrimp.flows import live
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.plan.samples import samples, warn_of_equal_samples
from scrimp.read.context import with_context
from scrimp.read.options import optional_text
from scrimp.render.terminal import escape_controls
from scrimp.store.files.conversation import Conversation, read_conversation, write_conversation
from scrimp.values import Answered, Failure, Outcome, Prompt, ToldText

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class AskFlags(FlagGroup, frozen=True):
    """The flags of a single prompt that it does not share with `run`."""

    goes_on: o.Continue = False
    context: o.Context = None
    attach: o.Attach = None
    timeout: o.Timeout = None
    verbose: o.Verbose = False
    color: o.Color = None


@app.command()
@grouped()
def ask(
    system: SystemFlag, where: RouteFlags, answer: AnswerFlags, check: CheckFlag, several: SamplesFlag,
    cost: CostFlags, shared: BudgetFlags, row: RowLimitFlags, own: AskFlags, labels: LabelFlags, look: DryRunFlag,
    prompt: Annotated[
        list[str] | None,
        typer.Argument(metavar="PROMPT [-]", help="The prompt; piped text is added after it, or where - stands."),
    ] = None,
) -> None:  # fmt: skip
    """Answer one prompt; a terminal shows the completion as it comes.

    Piped text, or that of a file (< FILE), is part of the prompt: git diff | scrimp ask 'Write a commit message'.

    A pipe or a file gets the whole completion in one write, so that several commands can write to the same one. With
    --choices, --schema, --check or a chain, a terminal gets it like that, too: once it has passed.

    -c continues the last conversation, with its system text unless -s gives another, and with any model. Only the last
    conversation is kept, up to its last answer, in conversation.json beside the cache; --cache off leaves it unchanged.
    `scrimp cache rm conversation` removes it.

    --attach sends files, or URLs for the provider to fetch. A file's type is recognized by its first bytes, a URL's by
    its ending. The cache knows a file by its content and does not store it; its name is not sent. It goes with this
    prompt alone, not with those that -c adds.
    """
    refuse_closed_stdout()
    with open_session(config_flags(where, answer, cost, shared, row, own)) as session:
        said = _said(prompt or [], own.context or [], session.messages.note)
        options = run_options(
            session.defaults, answer, labels, check=check.check, level_fixed=cost.compress is not None
        )  # fmt: skip
        options = replace(options, ends_at_once=True)
        check_models(options, session.services, ReadingFlags(attach=own.attach))
        printer = _CompletionPrinter(session, options, verbose=own.verbose, alone=several.samples in (None, 1))
        began = session.services.clock()
        conversation = _conversation(session, optional_text(system.system, "--system"), goes_on=own.goes_on)
        question = Prompt(
            index=0, text=said.text, told=said.told, system=conversation.system, history=conversation.turns,
            source="prompt", attachments=attachments(own.attach),
        )  # fmt: skip
        warn_of_equal_samples(options, several.samples, session.messages.warn)
        if look.dry_run:
            from scrimp.cli.results.dry_run import print_requests  # noqa: PLC0415 - most prompts are sent

            raise typer.Exit(
                print_requests(session, samples([question], several.samples), options, limit=several.samples or 1)
            )
        with looking_at_batches(session, options):
            stop = live.run(
                samples([question], several.samples), options, session.services, printer.take, one_by_one=True
            )
        if printer.completion is not None and options.cache != "off":
            _keep(session, conversation.with_turn(said, printer.completion))
        interrupted = stop is not None and stop.reason == "interrupted"
        for failure in () if interrupted else printer.failures:
            session.messages.error(failure.message)
        status = exit_status(printer.bill, stop, None, "any", cache_only=options.cache == "only")
        if stop is not None and stop.message and status != printer.bill.exit_status("any"):
            session.messages.error(stop.message)
        if printer.bill.calls:
            from scrimp.cli.results.run_record import command_words, record_ask  # noqa: PLC0415 - not from the cache

            words = ["-" if word == "-" else "..." for word in prompt or []]
            words += command_words((), (system, where, answer, check, several, cost, shared, row, own, labels))
            stopped = (stop.message or stop.reason) if stop is not None else None
            record_ask(session, words, began, printer.bill, status, stopped)
            if session.services.loaded.config.alerts.watches and not interrupted:
                from scrimp.cli.results.alerts import tell_alerts  # noqa: PLC0415 - where something is watched

                tell_alerts(session)
    if printer.output_error is not None:
        raise printer.output_error
    raise typer.Exit(status)


def _said(words: Sequence[str], context: Sequence[str], note: Callable[[str], None]) -> ToldText:
    """Return the prompt; where nothing but data was typed, what is data is left to what it looks like."""
    said = prompt_text(words, note)
    typed = any(word != "-" and word.strip() for word in words)
    documented = with_context(said, context)
    return documented if typed else ToldText(documented.text)


def _conversation(session: Session, system: str | None, *, goes_on: bool) -> Conversation:
    """Return the conversation that the prompt belongs to: the last one, or a new one."""
    if not goes_on:
        return Conversation(system=system)
    last = read_conversation(session.services.paths.conversation)
    if last is None:
        raise UsageError(
            "there is no conversation to continue: leave out -c, and the next prompt can go on with this one"
        )
    return last if system is None else replace(last, system=system)


def _keep(session: Session, conversation: Conversation) -> None:
    """Keep a conversation for `--continue`; where it cannot be written an older one must not be taken for it."""
    try:
        write_conversation(session.services.paths.conversation, conversation)
    except StoreError as error:
        session.messages.warn(f"-c will not find this conversation: {error}")


class _CompletionPrinter:
    """Prints the pieces of a completion as they come, or the whole of it once it is there."""

    def __init__(self, session: Session, options: RunOptions, *, verbose: bool, alone: bool) -> None:
        """`alone` says that one completion comes; of several the pieces would be mixed."""
        self._session, self._verbose = session, verbose
        self.bill = Bill(cap=options.limits.max_cost)
        self.failures: list[Failure] = []
        self.completion: str | None = None  # the first
        self._last_character = ""
        self.output_error: BrokenPipeError | OutputError | None = None  # why the completion could not be printed
        # Nothing can be wrong with a text but that it was cut off, which is worth reading all the same.
        self._any_text = not (options.parameters.structured or options.check or options.chain)
        session.services.streams = self._any_text and alone
        if session.services.streams and session.out.terminal:
            session.services.show = self._print

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """Print what was not printed yet; remember what went wrong."""
        for outcome in outcomes:
            self.bill.add(outcome)
            answer = outcome.answer
            wanted = isinstance(outcome, Answered) or self._any_text
            rest = answer.output if answer is not None and wanted and not self._last_character else ""
            last_character = (self._last_character + rest)[-1:]
            self._print(rest if last_character in ("", "\n") else rest + "\n")
            self._last_character = ""
            if isinstance(outcome, Answered) and self.completion is None:
                self.completion = outcome.answer.output
            if not isinstance(outcome, Answered):
                self.failures.append(outcome.failure)
            elif self._verbose:
                model = f"{answer.provider}/{answer.model}" if answer else ""
                self._session.messages.note(f"{outcome.cache}: {model} ({answer.why if answer else ''})")

    def _print(self, piece: str) -> None:
        """Print a piece while there is a reader; a completion that was paid for is kept either way."""
        self._last_character = (self._last_character + piece)[-1:]
        if self.output_error is not None or not piece:
            return
        try:
            sys.stdout.write(escape_controls(piece) if self._session.out.terminal else piece)
            sys.stdout.flush()
        except BrokenPipeError as error:
            self.output_error = error
        except OSError as error:
            self.output_error = OutputError(
                f"stdout cannot be written ({error.strerror}); the completion is in the cache: rerun the same command"
            )
