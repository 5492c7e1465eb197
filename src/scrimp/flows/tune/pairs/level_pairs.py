"""The stored pairs of a level of compression, by the model that answered them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from scrimp.answers.canonical import canonical
from scrimp.flows.tune.pairs.level_collector import AGAIN, WITHOUT
from scrimp.store.tuning.level_replies import AskedPrompt, LevelReply, LevelReplyStore, Side
from scrimp.tuning.level_claims import LevelAnswer, LevelPair


class LevelPairs(Struct, frozen=True):
    """Pairs by model (provider/model), oldest first, and how many more are of texts compressed differently now."""

    by_model: Mapping[str, Sequence[LevelPair]]
    outdated: int

    @property
    def tasks(self) -> set[str]:
        """The signatures of the pairs' tasks."""
        return {pair.signature for pairs in self.by_model.values() for pair in pairs}

    def of_task(self, task: str) -> LevelPairs:
        """Return the pairs of one task."""
        chosen = {model: [pair for pair in pairs if pair.signature == task] for model, pairs in self.by_model.items()}
        return replace(self, by_model={model: pairs for model, pairs in chosen.items() if pairs})


def level_pairs(store: LevelReplyStore, side: Side, version: str, *, since: float = 0.0) -> LevelPairs:
    """Return the pairs of one side, of prompts compressed by one version of the code."""
    without, again = _by_prompt(store, WITHOUT), _by_prompt(store, AGAIN)
    by_model: defaultdict[str, list[LevelPair]] = defaultdict(list)
    kinds: dict[str, str] = {}
    outdated = 0
    for prompt, reply in store.replies(side, since=since):
        name = prompt.key, prompt.signature, reply.model
        if name not in without:
            continue
        if reply.version != version:
            outdated += 1
            continue
        pair = LevelPair(
            id=f"{prompt.signature}:{prompt.key}", signature=prompt.signature,
            kind=kinds.setdefault(prompt.signature, prompt.kind), time=reply.time, unchanged=reply.unchanged,
            at_level=_answer(prompt, reply), without=_answer(prompt, without[name]),
            again=_answer(prompt, again[name]) if name in again else None,
        )  # fmt: skip
        by_model[reply.model].append(pair)
    return LevelPairs(by_model, outdated)


def _by_prompt(store: LevelReplyStore, side: Side) -> dict[tuple[str, str, str], LevelReply]:
    return {(prompt.key, prompt.signature, reply.model): reply for prompt, reply in store.replies(side)}


def _answer(prompt: AskedPrompt, reply: LevelReply) -> LevelAnswer:
    """Return what a reply asserts; one that asserts nothing is compared by its text."""
    asserted = canonical(reply.output, prompt.asked.choices, prompt.asked.schema) if reply.output else None
    open_ended = asserted is None and bool(reply.output)
    return LevelAnswer(
        asserted=" ".join(reply.output.split()) if open_ended else asserted, open_ended=open_ended, score=reply.score,
        cost=reply.cost, input=reply.input,
    )  # fmt: skip
