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
from scrimp.cli.run_end import exit_status
from scrimp.cli.run_options import one_route, run_labels, run_options
from scrimp.cli.session import Session, session
from scrimp.errors import InputError, UsageError
from scrimp.flows import live
from scrimp.flows.plan.run_options import RunOptions
from scrimp.read.context import with_context
from scrimp.read.options import optional_text
from scrimp.render.terminal import safe_text
from scrimp.values import Answered, Outcome, Prompt

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def ask(
    prompt: Annotated[
        list[str] | None,
        typer.Argument(metavar="PROMPT [-]", help="The prompt; - is stdin, after the words if both are given."),
    ] = None,
    system: o.System = None,
    tier: o.Tier = None,
    chain: o.ChainName = None,
    model: o.Model = None,
    choices: o.Choices = None,
    schema: o.Schema = None,
    check: o.Check = None,
    max_output: o.MaxOutput = None,
    effort: o.Effort = None,
    temperature: o.Temperature = None,
    max_cost: o.MaxCost = None,
    cache: o.CacheOption = None,
    compress: o.Compress = None,
    context: o.Context = None,
    timeout: o.Timeout = None,
    route: o.RouteLabel = None,
    user: o.User = None,
    tag: o.Tag = None,
    priority: o.PriorityOption = "normal",
    verbose: o.Verbose = False,
    color: o.Color = None,
) -> None:
    """Answer one prompt, printing the completion as it comes.

    A completion that must keep a promise (--choices, --schema, --check, a chain) is printed when it has kept it.
    """
    flags = {
        **one_route(tier, chain, model), "max_output": max_output, "effort": effort,
        "max_cost": o.dollars_of(max_cost), "cache": cache, "compress": compress, "timeout": timeout, "color": color,
    }  # fmt: skip
    text = with_context(_text(prompt or []), context or [])
    with session(flags) as here:
        options = run_options(
            here.defaults, choices=choices, schema=schema, check=check, temperature=temperature,
            labels=run_labels(route, user, tag, priority), level_fixed=compress is not None,
        )  # fmt: skip
        asking = _Asking(here, options, verbose=verbose)
        question = Prompt(index=0, text=text, system=optional_text(system, "--system"), source="prompt")
        stop = live.run(iter([question]), options, here.services, asking.take, live=True)
        status = exit_status(asking.bill, stop, None, "any", cache_only=options.cache == "only")
        if stop is not None and stop.message and status != asking.bill.exit_status("any"):
            here.messages.error(stop.message)
    raise typer.Exit(status)


def _text(words: Sequence[str]) -> str:
    said = " ".join(word for word in words if word != "-")
    piped = ""
    if "-" in words or (_is_file() if words else not sys.stdin.isatty()):
        try:
            piped = sys.stdin.buffer.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"stdin: byte {error.start + 1} is not UTF-8: convert it") from error
    text = "\n\n".join(part for part in (said, piped.strip("\n")) if part)
    if not text.strip():
        raise UsageError("no prompt: write it after `scrimp ask`, or pipe it in")
    return text


def _is_file() -> bool:
    """Say whether stdin is a file: reading it ends. A pipe may never, so beside words it must be asked for with -."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return False


class _Asking:
    """Prints pieces as they come, or the completion once it is there."""

    def __init__(self, here: Session, options: RunOptions, *, verbose: bool) -> None:
        self._here, self._verbose = here, verbose
        self.bill = Bill(cap=options.limits.max_cost)
        self._shown = ""
        plain = not (options.parameters.choices or options.parameters.schema or options.check or options.chain)
        if plain:
            here.services.show = self._show

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """Print what was not printed yet, and what went wrong."""
        for outcome in outcomes:
            self.bill.add(outcome)
            answer = outcome.answer
            if answer is not None and not self._shown and isinstance(outcome, Answered):
                self._show(answer.output)
            if self._shown and not self._shown.endswith("\n"):
                self._show("\n")
            if not isinstance(outcome, Answered):
                self._here.messages.error(outcome.failure.message)
            elif self._verbose:
                made = f"{answer.provider}/{answer.model}" if answer else ""
                self._here.messages.say(f"{outcome.cache}: {made} ({answer.why if answer else ''})")

    def _show(self, piece: str) -> None:
        self._shown = (self._shown + piece)[-1:]
        sys.stdout.write(safe_text(piece) if self._here.out.terminal else piece)
        sys.stdout.flush()
