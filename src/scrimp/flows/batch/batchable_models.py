"""Which models have a batch API for a job's calls, and why the others are called live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrimp.providers.batches import batch_flow

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.timing.cheap_hours import Wait
    from scrimp.providers.batches.flow import BatchFlow
    from scrimp.values import Attachment, ModelRef


class BatchableModels:
    """Which models take part in batches; for others the calls are live, which is said once for each."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._unsold = {
            (shard.provider, shard.model): shard.error or "it is refused"
            for shard in context.store.shards(context.job.job)
            if shard.state == "unsold"
        }
        self._refused: dict[tuple[str, str], str | None] = {}  # by provider and model: why it is called live
        self._told = set[str]()
        self._flows: dict[str, BatchFlow | None] = {}  # by provider; looked up for every row

    def flow(self, provider: str) -> BatchFlow | None:
        """Return how batches are made at a provider; None if it has no batch API."""
        if provider not in self._flows:
            self._flows[provider] = batch_flow(self._context.endpoints[provider])
        return self._flows[provider]

    def refusal(self, model: ModelRef, attachments: Sequence[Attachment] = ()) -> str | None:
        """Return why a model is called live, with what is attached to its prompt; None if it takes part in batches."""
        name = (model.provider, model.model)
        if name not in self._refused:
            self._refused[name] = self._refusal_of_all(model)
        why, flow = self._refused[name], self.flow(model.provider)
        return flow.refuses_attached(attachments) if attachments and why is None and flow is not None else why

    def _refusal_of_all(self, model: ModelRef) -> str | None:
        flow = self.flow(model.provider)
        if flow is None:
            return f"{model.provider} has no batch API that scrimp knows"
        return self._unsold.get((model.provider, model.model)) or flow.refuses(model.model)

    def tell(self, model: ModelRef, why: str) -> None:
        """Say once that a model is called live."""
        price = "now that it costs less than at other hours" if self._context.hours.is_cheap(model) else "at full price"
        self._say(f"{model.without_arm} is called live, {price}: {why}")

    def tell_wait(self, wait: Wait, why: str) -> None:
        """Say once that a model is called live later."""
        self._say(f"{wait.words}: {why}")

    def _say(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            self._context.warn(words)
