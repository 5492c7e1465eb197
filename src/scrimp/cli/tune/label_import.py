"""What `scrimp tune label --import FILE` says and stores."""

from __future__ import annotations

from collections.abc import Sequence

from scrimp.cli.printing import print_line
from scrimp.cli.session import Session
from scrimp.flows.tune.labels.imported import ImportedLabels, read_labels, store_labels
from scrimp.read.formats.label_rows import FoundLabel, label_rows
from scrimp.store.pairs import PairStore, StoredPrompt
from scrimp.units import format_count, pluralize

_MOST_NAMED = 20  # rows in messages


def import_labels(
    session: Session, pairs: PairStore, prompts: Sequence[StoredPrompt], file: str, encoding: str | None,
    *, dry_run: bool,
) -> int:  # fmt: skip
    """Store the labels of a file and say what came of it; return the exit status."""
    labels = read_labels(label_rows(file, encoding), prompts)
    _name(session, labels.bad)
    if labels.unknown:
        session.messages.warn(_unknown(labels.unknown))
    if not dry_run:
        store_labels(labels, pairs)
    print_line(_summary(labels, file, dry_run=dry_run))
    if not labels.golds:
        return 4
    return 3 if labels.bad else 0


def _name(session: Session, bad: Sequence[str]) -> None:
    for message in bad[:_MOST_NAMED]:
        session.messages.error(message)
    if len(bad) > _MOST_NAMED:
        session.messages.error(f"and {format_count(len(bad) - _MOST_NAMED)} more bad rows")


def _unknown(rows: Sequence[FoundLabel]) -> str:
    named = ", ".join(f"{row.id} ({row.where})" for row in rows[:_MOST_NAMED])
    more = f" and {format_count(len(rows) - _MOST_NAMED)} more" if len(rows) > _MOST_NAMED else ""
    return f"{pluralize(len(rows), 'id')} of no collected prompt: {named}{more}"


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
