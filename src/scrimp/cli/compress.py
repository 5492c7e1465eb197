"""`scrimp compress`: a text in, a shorter one out, the receipt on stderr."""

from __future__ import annotations

import re
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from msgspec.structs import replace

from scrimp import tokens
from scrimp.cli import options as o
from scrimp.cli.session import Session, session
from scrimp.compress import KEEP, CompressOptions
from scrimp.compress.receipt import Receipt, receipt
from scrimp.errors import InputError, UsageError
from scrimp.flows.fit import CLIFF, FittedText, TokenBudget, dollars, model_scorer, price_of, shorten
from scrimp.read.context import with_context
from scrimp.render.decimal_json import encode
from scrimp.render.receipt import receipt_document, receipt_lines
from scrimp.render.streams import speak
from scrimp.render.terminal import safe_text

if TYPE_CHECKING:
    from scrimp.prices.book import Price

app = typer.Typer(rich_markup_mode=None, add_completion=False)
# Tokens of a longer text are estimated in the receipt: counting them would take longer than all the rest.
_COUNTED = 4_000_000


@app.command(name="compress")
def compress_text(
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="A file, or - for stdin.")] = None,
    level: o.Level = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="STR", help="What the text is read for; else what it asks itself.")
    ] = None,
    keep: Annotated[
        float, typer.Option("--keep", metavar="X", min=0.01, max=1, help="The share of a context that focus keeps.")
    ] = KEEP,
    scorer: Annotated[
        Literal["bm25", "model"],
        typer.Option("--scorer", help="What ranks sentences: words, or the embedded model beside them (very slow)."),
    ] = "bm25",
    max_tokens: Annotated[
        str | None,
        typer.Option("--max-tokens", metavar="N|cliff", help="Fit into N tokens, or below the model's dearer rate."),
    ] = None,
    target: Annotated[
        float | None, typer.Option("--target", metavar="X", min=0.01, max=1, help="Fit into this share of its tokens.")
    ] = None,
    context: o.Context = None,
    protect: Annotated[
        list[str] | None, typer.Option("--protect", metavar="REGEX", help="Leave what matches as it is; repeatable.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="ID", help="Whose price the receipt names; else the baseline.")
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Print what changed, word by word.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the receipt alone.")] = False,
    report: o.Report = "text",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No receipt.")] = False,
) -> None:
    """Print a text with fewer tokens that says the same.

    lossless changes white space, the writing of JSON and what lines share; tidy also turns pages into text, folds lines
    of a log that have one shape, and shortens polite phrases; focus also leaves out sentences of documents that do not
    bear on the question; terse also drops small words from documents, and completions may suffer. Every rule is
    checked, and taken back where it lost something. Code is never touched, nor what stands in <scrimp:keep> tags.

    With --max-tokens or --target the text is changed no more than the budget takes, up to --level (focus if not given);
    where that is not enough nothing is printed, and the exit status is 2.
    """
    budget = _budget(max_tokens, target)
    highest = level or ("lossless" if budget is None else "focus")
    aim = CompressOptions(highest, query or "", keep, _pattern(protect or []))
    with session() as here:
        text = with_context(_text(file), context or [])
        name = model or here.defaults.baseline
        price = None if quiet and budget is None else price_of(name, here.services)
        with model_scorer(here.services) if scorer == "model" else nullcontext() as ranks:
            made = shorten(text, replace(aim, scorer=ranks), budget, price, name)
        if diff:
            _print_diff(here, text, made.done.text)
        elif not dry_run:
            sys.stdout.write(safe_text(made.done.text) if here.out.terminal else made.done.text)
        if not quiet:
            sys.stdout.flush()
            _print_receipt(here, text, made, price, name, as_json=report == "json")
        elif made.done.note:
            here.messages.warn(f"no sentence was left out: {made.done.note}")


def _budget(most: str | None, target: float | None) -> TokenBudget | None:
    if most is None and target is None:
        return None
    if most is None or most == CLIFF:
        return TokenBudget(target=target, cliff=most == CLIFF)
    digits = most.replace("_", "").replace(",", "")
    if not (digits.isascii() and digits.isdigit() and int(digits)):
        raise UsageError(f"--max-tokens: '{most}' is no number of tokens: write one, such as 8000, or cliff")
    return TokenBudget(most=int(digits), target=target)


def _pattern(protect: list[str]) -> re.Pattern[str] | None:
    for each in protect:
        try:
            re.compile(each)
        except re.error as error:
            raise UsageError(f"--protect: '{each}' is no regular expression ({error}): mend it") from error
    return re.compile("|".join(f"(?:{each})" for each in protect)) if protect else None


def _text(file: str | None) -> str:
    name = file or "-"
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror}): name a file, or - for stdin") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: byte {error.start + 1} is not UTF-8: convert it") from error


def _print_receipt(
    here: Session, text: str, made: FittedText, price: Price | None, model: str, *, as_json: bool
) -> None:
    estimated = len(text) > _COUNTED
    done = receipt(text, made.done, made.aim, tokens.estimate if estimated else tokens.count)
    paid = dollars(price, (done.before, done.after))
    if as_json:
        keep = _kept(made.aim, done)
        speak(
            sys.stderr,
            encode(receipt_document(done, paid, model, keep=keep, estimated=estimated)).decode() + "\n",
        )
        return
    for line in receipt_lines(done, paid, model, here.err.width - len("scrimp: "), estimated=estimated):
        here.messages.say(line)


def _kept(aim: CompressOptions, done: Receipt) -> float | None:
    """Return the ratio that sentences were chosen at, where any were."""
    return aim.keep if any(part.name == "sentences for the question" for part in done.rules) else None


def _print_diff(here: Session, before: str, after: str) -> None:
    from scrimp.render.diff.word_diff import word_diff  # noqa: PLC0415 - only --diff compares

    for line in word_diff(before, after, color=here.out.color, terminal=here.out.terminal):
        sys.stdout.write(line + "\n")
