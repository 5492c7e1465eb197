"""One prompt: its words become a prompt, its completion is printed, and what was said is kept to be continued."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.cli.asking.completion_printer import CompletionPrinter, any_text
from scrimp.cli.batch_overlap import looking_at_batches
from scrimp.cli.flags.run_flags import ReadingFlags
from scrimp.cli.flags.run_options import answering_options, attachments, config_flags, with_known_models
from scrimp.cli.inputs import prompt_text
from scrimp.cli.results.exit_status import exit_status
from scrimp.cli.session import Session, open_session
from scrimp.cli.startup.closed_streams import refuse_closed_stdout
from scrimp.errors import StoreError, UsageError
from scrimp.flows import live
from scrimp.flows.engine.run_hooks import RunHooks
from scrimp.flows.plan.samples import samples, warn_of_equal_samples
from scrimp.read.options import is_file_name, optional_text
from scrimp.store.files.conversation import Conversation, read_conversation, write_conversation
from scrimp.values import Prompt, ToldText

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill
    from scrimp.cli.flags.all_ask_flags import AllAskFlags
    from scrimp.flows.engine.stops.run_stop import RunStop
    from scrimp.flows.plan.run_options import RunOptions


def ask_prompt(flags: AllAskFlags, prompt: Sequence[str]) -> int:
    """Print the completion of a prompt; return the exit status."""
    refuse_closed_stdout()
    own, several = flags.own, flags.several
    with open_session(config_flags(*flags.with_defaults)) as session:
        said = _said(prompt, own.context or [], session.messages.note)
        options = _options(session, flags)
        printer = CompletionPrinter(session, options, verbose=own.verbose)
        began = session.services.clock()
        conversation = _conversation(session, optional_text(flags.system.system, "--system"), goes_on=own.goes_on)
        question = Prompt(
            index=0, text=said.text, told=said.told, system=conversation.system, history=conversation.turns,
            source="prompt", attachments=attachments(own.attach),
        )  # fmt: skip
        warn_of_equal_samples(options, several.samples, session.messages.warn)
        if flags.look.dry_run:
            from scrimp.cli.previews.dry_run import print_requests  # most prompts are sent

            return print_requests(session, samples([question], several.samples), options, limit=several.samples or 1)
        with looking_at_batches(session, options) as wrap_caller:
            stop = live.run(
                samples([question], several.samples),
                options,
                session.services,
                printer.take,
                one_by_one=True,
                hooks=RunHooks(wrap_caller=wrap_caller, show=printer.show),
            )
        if printer.completion is not None and options.cache != "off":
            _keep(session, conversation.with_turn(said, printer.completion))
        status = _report(session, options, printer, stop)
        if printer.bill.calls:
            _record(session, flags, prompt, began, printer.bill, status, stop)
    if printer.output_error is not None:
        raise printer.output_error
    return status


def _options(session: Session, flags: AllAskFlags) -> RunOptions:
    options = answering_options(session.defaults, flags)
    options = with_known_models(options, session.services, ReadingFlags(attach=flags.own.attach))
    # How many rows of a run may fail says nothing of one prompt: why it failed does.
    limits = replace(options.limits, max_failures=None, max_failure_share=None)
    alone = flags.several.samples in (None, 1)  # pieces of several completions would be interleaved
    return replace(options, ends_at_once=True, limits=limits, streams=alone and any_text(options))


def _report(session: Session, options: RunOptions, printer: CompletionPrinter, stop: RunStop | None) -> int:
    """Print why there is no completion, where there is none; return the exit status."""
    for failure in () if _is_interrupted(stop) else printer.failures:
        session.messages.error(failure.message)
    status = exit_status(printer.bill, stop, None, "any", cache_only=options.cache == "only")
    if stop is not None and stop.message and status != printer.bill.exit_status("any"):
        session.messages.error(stop.message)
    return status


def _record(
    session: Session, flags: AllAskFlags, prompt: Sequence[str], began: float, bill: Bill, status: int,
    stop: RunStop | None,
) -> None:  # fmt: skip
    """Leave a record of the calls that were made, without the words of the prompt, and tell of alerts."""
    from scrimp.cli.observers.run_record import command_words, record_ask  # not from the cache

    shown = ["-" if word == "-" else "..." for word in prompt]
    stopped = (stop.message or stop.reason) if stop is not None else None
    record_ask(session, [*shown, *command_words((), flags.recorded)], began, bill, status, stopped)
    if session.services.loaded.config.alerts.watches and not _is_interrupted(stop):
        from scrimp.cli.observers.alerts import tell_alerts  # where something is watched

        tell_alerts(session)


def _is_interrupted(stop: RunStop | None) -> bool:
    return stop is not None and stop.reason == "interrupted"


def _said(words: Sequence[str], context: Sequence[str], note: Callable[[str], None]) -> ToldText:
    """Return the prompt; where nothing but data was typed, what is data is left to what it looks like."""
    if len(words) == 1:
        _refuse_file_name(words[0].removeprefix("@"))
    said = prompt_text(words, note)
    typed = any(word != "-" and word.strip() for word in words)
    if context:
        from scrimp.read.context import with_context  # what it imports takes a twentieth of a cached answer's time

        said = with_context(said, context)
    return said if typed else ToldText(said.text)


def _refuse_file_name(prompt: str) -> None:
    """Raise UsageError for a prompt that is the name of a file, whose text was meant."""
    if is_file_name(prompt):
        from shlex import quote  # few prompts are

        file = quote(prompt)
        raise UsageError(f"{file} is a file, not a prompt: pipe it in, or ask about it with --context {file}")


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
