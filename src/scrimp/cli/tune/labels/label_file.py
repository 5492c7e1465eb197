"""Labels by way of a file: `scrimp tune label --export` writes it, and `--import` says and stores what is in it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from scrimp.cli.printing import print_line, print_text
from scrimp.cli.session import Session
from scrimp.errors import SOME_FAILED, InputError, UsageError
from scrimp.flows.tune.labels.imported import ImportedLabels, read_labels, store_labels
from scrimp.read.formats.label_rows import ID, LABEL, FoundLabel, label_rows
from scrimp.render.terminal import escape_controls
from scrimp.store.tuning.pairs import PairStore, StoredPrompt
from scrimp.units import format_count, pluralize

_MOST_NAMED = 20  # rows in messages


def import_labels(
    session: Session, pairs: PairStore, prompts: Sequence[StoredPrompt], file: str, encoding: str | None,
    *, dry_run: bool,
) -> int:  # fmt: skip
    """Store the labels of a file and say what came of it; return the exit status; InputError without a prompt."""
    if not prompts:
        raise InputError("no prompt is collected that could be labeled: collect some with scrimp tune shadow first")
    labels = read_labels(label_rows(file, encoding), prompts)
    _name(session, labels.bad)
    if labels.unknown:
        session.messages.warn(_unknown(labels.unknown))
    if not dry_run:
        store_labels(labels, pairs)
    print_line(_summary(labels, file, dry_run=dry_run))
    if not labels.golds:
        return 4
    return SOME_FAILED if labels.bad else 0


def export_prompts(session: Session, prompts: Sequence[StoredPrompt], file: str) -> None:
    """Write prompts as a table whose labels are to be filled in; UsageError if the file is there already."""
    table = StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow((ID, LABEL, "prompt"))
    writer.writerows((prompt.row_id or prompt.source or prompt.key, "", prompt.text) for prompt in prompts)
    if file == "-":
        print_text(escape_controls(table.getvalue()) if session.out.terminal else table.getvalue())
        return
    try:
        with Path(file).open("x", encoding="utf-8", errors="replace", newline="") as target:
            target.write(table.getvalue())
    except FileExistsError as error:
        raise UsageError(f"{file} is there already, perhaps with labels: name another file") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror}): name another file") from error
    session.messages.note(
        f"{pluralize(len(prompts), 'prompt')} written to {file}: fill in the column {LABEL}, then scrimp tune label "
        f"--import {file}"
    )


def _name(session: Session, bad: Sequence[str]) -> None:
    for message in bad[:_MOST_NAMED]:
        session.messages.error(message)
    if len(bad) > _MOST_NAMED:
        session.messages.error(f"and {format_count(len(bad) - _MOST_NAMED)} more bad rows")


def _unknown(rows: Sequence[FoundLabel]) -> str:
    named = ", ".join(f"{row.id} ({row.where})" for row in rows[:_MOST_NAMED])
    more = f" and {format_count(len(rows) - _MOST_NAMED)} more" if len(rows) > _MOST_NAMED else ""
    return f"{pluralize(len(rows), 'id')} not found among collected prompts: {named}{more}"


def _summary(labels: ImportedLabels, file: str, *, dry_run: bool) -> str:
    verb = "would be labeled" if dry_run else "labeled"
    prompts, completions = pluralize(len(labels.golds), "prompt"), pluralize(len(labels.scores), "completion")
    rows = f"{file}: {pluralize(labels.rows, 'row')}"
    parts = [f"{rows}: {prompts} and {completions} {verb} ({format_count(labels.right)} right)"]
    if labels.changed:
        parts.append(f"{format_count(labels.changed)} changed")
    if labels.open_ended:
        parts.append(
            f"{pluralize(labels.open_ended, 'completion')} not labeled: the right answer is a text to compare by eye"
        )
    parts.append(f"{pluralize(len(labels.bad), 'bad row')}, {pluralize(len(labels.unknown), 'unknown id')}")
    return "; ".join(parts)
