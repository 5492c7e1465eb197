"""`scrimp compress`: print a shorter text, and its receipt on stderr."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from scrimp import tokens
from scrimp.cli.flags.compress_flags import BudgetFlags, DataFlags, PrintingFlags, SelectionFlags
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.options.spending import Level
from scrimp.cli.flags.run_flags import OneRowFlags
from scrimp.cli.printing import flush, print_text
from scrimp.cli.session import Session, open_session
from scrimp.compress import CompressOptions
from scrimp.compress.keep_tags import without_keep_tags
from scrimp.config.schema import DEFAULT_BASELINE
from scrimp.errors import InputError, UsageError
from scrimp.flows.previews.fit import CLIFF, FittedText, TokenBudget, dollars, price_of, shorten
from scrimp.read.context import with_context
from scrimp.read.options import ReadOptions, optional_text
from scrimp.read.prompts import prompts
from scrimp.render.decimal_json import encode_json
from scrimp.render.receipt import receipt_document, receipt_lines
from scrimp.render.streams import try_write_line
from scrimp.render.terminal import escape_controls
from scrimp.render.token_receipt import receipt
from scrimp.values import ToldText

if TYPE_CHECKING:
    from scrimp.prices.book import Price

app = typer.Typer(rich_markup_mode=None, add_completion=False)
# Characters. Tokens of a longer text are estimated in the receipt: counting them takes longer than everything else.
_MAX_COUNTED = 4_000_000


@app.command(name="compress")
@grouped()
def compress_text(
    row: OneRowFlags,
    *,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="A file, or - for stdin.")] = None,
    level: Level = None,
    selection: SelectionFlags,
    budget: BudgetFlags,
    data: DataFlags,
    printing: PrintingFlags,
) -> None:
    """Print a text in fewer tokens, with the same meaning.

    lossless takes the white space out of JSON that is data; tidy also converts HTML pages to text, and writes log lines
    of one form once with the values that differ, and passages that repeat once; focus also leaves out sentences of
    documents that do not bear on the question; dense also writes JSON as columns and drops articles of English
    documents, which may make completions worse. Every rule is checked, and taken back if it lost anything.
    Instructions, examples, schemas, code and text in <scrimp:keep> tags never change; the tags are left out at every
    level. What is data is judged by what it looks like, unless --data says that all of it is, as `ask` takes what is
    piped in beside a prompt.

    With --template, FILE is an input of `run`, and the text is the prompt of its first row, or of the one after --skip:
    the columns are data, and the rest of the template is instruction.

    With --max-tokens or --target, the text changes no more than the budget requires, up to --level (default: focus); if
    it still does not fit, nothing is printed and the exit status is 2.
    """
    limit = _budget(budget)
    highest = level or ("lossless" if limit is None else "focus")
    options = CompressOptions(
        highest, selection.query or "", selection.keep, _pattern(data.protect or []), count=tokens.count
    )
    with open_session() as session:
        asked = optional_text(row.system, "--system") or ""
        given = with_context(_given(file, row, session, data=data.data), data.context or [])
        told = given.told if data.data or row.template is not None else ()
        name = printing.model or session.defaults.baseline or DEFAULT_BASELINE
        price = None if printing.quiet and limit is None else price_of(name, session.services)
        fitted = shorten(given.text, replace(options, asked=asked, told=told), limit, price, name)
        _print(session, without_keep_tags(given.text), fitted, price, name, printing)


def _print(
    session: Session, text: str, fitted: FittedText, price: Price | None, model: str, printing: PrintingFlags
) -> None:
    """Print the text or what changed in it, and the receipt; without a receipt, why less was changed."""
    if printing.diff:
        _print_diff(session, text, fitted.compressed.text)
    elif not printing.dry_run:
        _print_text(fitted.compressed.text, terminal=session.out.terminal)
    if not printing.quiet:
        flush()
        _print_receipt(session, text, fitted, price, model, as_json=printing.report == "json")
    elif fitted.compressed.note:
        session.messages.warn(f"less was changed: {fitted.compressed.note}")


def _budget(flags: BudgetFlags) -> TokenBudget | None:
    max_tokens, target = flags.max_tokens, flags.target
    if max_tokens is None and target is None:
        return None
    if max_tokens is None or max_tokens == CLIFF:
        return TokenBudget(target=target, cliff=max_tokens == CLIFF)
    digits = max_tokens.replace("_", "").replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19 and int(digits)):
        raise UsageError(f"--max-tokens: '{max_tokens}' is not a number of tokens: give one, such as 8000, or cliff")
    return TokenBudget(max_tokens=int(digits), target=target)


def _pattern(protect: list[str]) -> re.Pattern[str] | None:
    for pattern in protect:
        try:
            re.compile(pattern)
        except re.error as error:
            raise UsageError(f"--protect: '{pattern}' is not a regular expression ({error}): correct it") from error
    return re.compile("|".join(f"(?:{pattern})" for pattern in protect)) if protect else None


def _given(file: str | None, row: OneRowFlags, session: Session, *, data: bool) -> ToldText:
    """Return the text, and where data stands in it: in the columns of a template, all of it with --data."""
    if row.template is None:
        if row.skip or row.format != "auto":
            raise UsageError("--skip and --format choose a row to fill --template with: give a template, too")
        whole = _text(file)
        return ToldText(whole, ((0, len(whole)),) if data else ())
    if data:
        raise UsageError("--data and --template cannot be combined: the columns of a template are data")
    options = ReadOptions(format=row.format, skip=row.skip, limit=1, template=optional_text(row.template, "--template"))
    found = next(prompts([file or "-"], options, warn=session.messages.warn), None)
    if found is None:
        raise InputError(f"{file or 'stdin'} has no row {row.skip + 1}: lower --skip")
    if found.defect:
        raise InputError(found.placed_defect)
    return ToldText(found.text, found.told)


def _text(file: str | None) -> str:
    name = file or "-"
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except AttributeError as error:
        raise UsageError("stdin is closed: name a file, or pipe a text in") from error
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror}): name a file, or - for stdin") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: byte {error.start + 1} is not UTF-8: convert the file to UTF-8") from error


def _print_text(text: str, *, terminal: bool) -> None:
    """Print the text to the byte; at a terminal the receipt begins on a line of its own."""
    if terminal:
        text = escape_controls(text) + ("" if text.endswith("\n") else "\n")
    print_text(text)


def _print_receipt(
    session: Session, text: str, fitted: FittedText, price: Price | None, model: str, *, as_json: bool
) -> None:
    estimated = len(text) > _MAX_COUNTED
    count = tokens.estimate if estimated else tokens.count
    summary = receipt(text, fitted.compressed, fitted.options.level, count)
    costs = dollars(price, (summary.before, summary.after))
    if as_json:
        selected = any(part.name == "sentences for the question" for part in summary.rules)
        keep = fitted.options.keep if selected else None
        document = receipt_document(summary, costs, model, keep=keep, estimated=estimated)
        try_write_line(sys.stderr, encode_json(document).decode())
        return
    for line in receipt_lines(summary, costs, model, session.err.width - len("scrimp: "), estimated=estimated):
        session.messages.note(line)


def _print_diff(session: Session, before: str, after: str) -> None:
    from scrimp.render.diff.word_diff import word_diff  # only --diff needs it

    for line in word_diff(before, after, color=session.out.color, terminal=session.out.terminal):
        print_text(line + "\n")
