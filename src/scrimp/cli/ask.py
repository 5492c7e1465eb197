"""`scrimp ask`: one prompt, its completion as it comes."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from scrimp.billing.totals import Bill
from scrimp.cli import options as o
from scrimp.cli.flag_groups import FlagGroup, grouped
from scrimp.cli.run_end import exit_status
from scrimp.cli.run_flags import AnswerFlags, CheckFlag, CostFlags, LabelFlags, RouteFlags, SystemFlag
from scrimp.cli.run_options import config_flags, run_options
from scrimp.cli.session import Session, open_session
from scrimp.errors import InputError, UsageError
from scrimp.flows import live
from scrimp.flows.plan.run_options import RunOptions
from scrimp.read.context import with_context
from scrimp.read.options import optional_text
from scrimp.render.terminal import escape_controls
from scrimp.values import Answered, Outcome, Prompt

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class AskFlags(FlagGroup, frozen=True):
    """What a single prompt takes beside what it shares with `run`."""

    context: o.Context = None
    timeout: o.Timeout = None
    verbose: o.Verbose = False
    color: o.Color = None


@app.command()
@grouped()
def ask(
    system: SystemFlag, where: RouteFlags, answer: AnswerFlags, check: CheckFlag, cost: CostFlags, own: AskFlags,
    labels: LabelFlags,
    prompt: Annotated[
        list[str] | None,
        typer.Argument(metavar="PROMPT [-]", help="The prompt; - is stdin, after the words if both are given."),
    ] = None,
) -> None:  # fmt: skip
    """Answer one prompt, printing the completion as it comes.

    With --choices, --schema, --check or a chain, the completion is printed only once it has passed.
    """
    text = with_context(_text(prompt or []), own.context or [])
    with open_session(config_flags(where, answer, cost, own)) as session:
        options = run_options(
            session.defaults, answer, labels, check=check.check, level_fixed=cost.compress is not None
        )  # fmt: skip
        printer = _CompletionPrinter(session, options, verbose=own.verbose)
        question = Prompt(index=0, text=text, system=optional_text(system.system, "--system"), source="prompt")
        stop = live.run(iter([question]), options, session.services, printer.take, one_by_one=True)
        status = exit_status(printer.bill, stop, None, "any", cache_only=options.cache == "only")
        if stop is not None and stop.message and status != printer.bill.exit_status("any"):
            session.messages.error(stop.message)
    raise typer.Exit(status)


def _text(words: Sequence[str]) -> str:
    typed = " ".join(word for word in words if word != "-")
    piped = ""
    if "-" in words or (_stdin_is_file() if words else not sys.stdin.isatty()):
        try:
            piped = sys.stdin.buffer.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"stdin: byte {error.start + 1} is not UTF-8: convert it") from error
    text = "\n\n".join(part for part in (typed, piped.strip("\n")) if part)
    if not text.strip():
        raise UsageError("no prompt: write it after `scrimp ask`, or pipe it in")
    return text


def _stdin_is_file() -> bool:
    """Return whether stdin is a file: reading it ends. A pipe may not end, so beside words it must be asked for: -."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return False


class _CompletionPrinter:
    """Prints pieces as they come, or the completion once it is there."""

    def __init__(self, session: Session, options: RunOptions, *, verbose: bool) -> None:
        self._session, self._verbose = session, verbose
        self.bill = Bill(cap=options.limits.max_cost)
        self._last_character = ""
        if not (options.parameters.choices or options.parameters.schema or options.check or options.chain):
            session.services.show = self._print

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """Print what was not printed yet, and what went wrong."""
        for outcome in outcomes:
            self.bill.add(outcome)
            answer = outcome.answer
            if answer is not None and not self._last_character and isinstance(outcome, Answered):
                self._print(answer.output)
            if self._last_character not in ("", "\n"):
                self._print("\n")
            if not isinstance(outcome, Answered):
                self._session.messages.error(outcome.failure.message)
            elif self._verbose:
                model = f"{answer.provider}/{answer.model}" if answer else ""
                self._session.messages.note(f"{outcome.cache}: {model} ({answer.why if answer else ''})")

    def _print(self, piece: str) -> None:
        self._last_character = (self._last_character + piece)[-1:]
        sys.stdout.write(escape_controls(piece) if self._session.out.terminal else piece)
        sys.stdout.flush()
