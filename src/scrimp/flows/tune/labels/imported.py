"""Labels of a file: right answers by the ids of rows, held against what models answered to the stored prompts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.flows.tune.labels.right_answer import score_by, why_no_answer
from scrimp.read.formats.label_rows import LABEL, BadRow, FoundLabel

if TYPE_CHECKING:
    from scrimp.store.tuning.pairs import PairStore, StoredPrompt

IMPORT = "import"  # the source of imported scores


class ImportedLabels(Struct, frozen=True, kw_only=True):
    """What a file of labels comes to; nothing of it is stored yet."""

    rows: int
    bad: tuple[str, ...]  # a sentence for each row that is not used
    unknown: tuple[FoundLabel, ...]  # rows of no stored prompt
    golds: Mapping[str, str]  # the right answer by the key of the prompt
    scores: tuple[tuple[str, str, float], ...]  # prompt, model, score
    changed: int  # completions that had another score
    open_ended: int  # completions that differ from a right answer that asserts nothing to compare by

    @property
    def right(self) -> int:
        """Completions that give the right answer."""
        return sum(score == 1 for _, _, score in self.scores)


def read_labels(rows: Iterable[FoundLabel | BadRow], prompts: Iterable[StoredPrompt]) -> ImportedLabels:
    """Match the rows of a file with stored prompts: by the id of their row, its place (tickets.csv:3) or their key."""
    found: dict[str, FoundLabel] = {}
    bad: list[str] = []
    count = 0
    for row in rows:
        count += 1
        if isinstance(row, BadRow):
            bad.append(row.message)
        elif row.id in found and found[row.id].label != row.label:
            bad.append(f"{row.where}: {LABEL}: {row.id} has another one in {found[row.id].where}, which is kept")
        else:
            found.setdefault(row.id, row)
    matched = _matched(found, prompts)
    usable = {label.id: label for label in found.values() if _is_usable(label, matched.get(label.id, ()), bad)}
    scored = [(prompt, label) for name, label in usable.items() for prompt in matched.get(name, ())]
    return _scored(scored, count, bad, [label for name, label in found.items() if name not in matched])


def _matched(found: Mapping[str, FoundLabel], prompts: Iterable[StoredPrompt]) -> Mapping[str, Sequence[StoredPrompt]]:
    matched: defaultdict[str, list[StoredPrompt]] = defaultdict(list)
    for prompt in prompts:
        name = next((each for each in (prompt.row_id, prompt.source, prompt.key) if each in found), None)
        if name is not None:
            matched[name].append(prompt)
    return matched


def _is_usable(label: FoundLabel, prompts: Sequence[StoredPrompt], bad: list[str]) -> bool:
    """Return whether a label is one of a single row and could be answered; otherwise say why it is not."""
    texts = {prompt.text for prompt in prompts}
    if len(texts) > 1:
        tasks = ", ".join(sorted({prompt.signature for prompt in prompts}))
        bad.append(
            f"{label.where}: id: {label.id} is that of {len(texts)} prompts (of {tasks}): name one task by --route"
        )
        return False
    problem = next((why for prompt in prompts if (why := why_no_answer(label.label, prompt.asked))), None)
    if problem is not None:
        bad.append(f"{label.where}: {LABEL}: {problem}")
    return problem is None


def _scored(
    scored: Sequence[tuple[StoredPrompt, FoundLabel]], rows: int, bad: Sequence[str], unknown: Sequence[FoundLabel]
) -> ImportedLabels:
    scores: list[tuple[str, str, float]] = []
    changed = open_ended = 0
    for prompt, label in scored:
        for reply in prompt.replies:
            score = score_by(label.label, reply.output, prompt.asked)
            if score is None:
                open_ended += 1
                continue
            changed += reply.score is not None and reply.score != score
            scores.append((prompt.key, reply.model, score))
    return ImportedLabels(
        rows=rows, bad=tuple(bad), unknown=tuple(unknown), scores=tuple(scores), changed=changed,
        open_ended=open_ended, golds={prompt.key: label.label for prompt, label in scored},
    )  # fmt: skip


def store_labels(labels: ImportedLabels, pairs: PairStore) -> None:
    """Store them, all or none."""
    pairs.label_all(labels.scores, labels.golds, IMPORT)
