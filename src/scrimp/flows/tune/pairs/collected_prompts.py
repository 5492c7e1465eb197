"""The prompts of a collection as they are stored: their keys, tasks, templates and right answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from scrimp.flows.tune.labels.right_answer import GoldColumn
from scrimp.flows.tune.pairs.prompt_key import prompt_key
from scrimp.routing.task_signature import task_kind, task_signature
from scrimp.routing.template_fingerprint import template_fingerprint
from scrimp.store.tuning.pairs import OutputSpec, StoredPrompt

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.values import Prompt

GROUP = 64  # prompts


class CollectedPrompts:
    """Makes stored prompts, scores completions by the right answers, and notes the tasks that were collected."""

    def __init__(self, options: RunOptions, services: Services, gold: str | None) -> None:
        """The route of the options names the task; `gold` is the column with the right answer, if there is one."""
        self._parameters, self._name, self._clock = options.parameters, options.labels.route, services.clock
        self._asked = OutputSpec(options.parameters.choices, options.parameters.schema)
        self._gold = None if gold is None else GoldColumn(gold, self._asked, services.warn)
        self.count = 0  # of the prompts in groups
        self.tasks: set[str] = set()  # signatures of the noted prompts
        self.templates: set[str] = set()  # templates of the noted prompts whose task the user named

    def groups(self, prompts: Iterable[Prompt]) -> Iterator[list[Prompt]]:
        """Yield the prompts in groups, each of which is sent to all models before the next one is to any.

        InputError without the gold column, before any call of the group costs anything.
        """
        source = iter(prompts)
        while group := list(islice(source, GROUP)):
            self.count += len(group)
            for prompt in group:
                self.has_answer(prompt)
            yield group

    def stored(self, prompt: Prompt, task: str | None = None) -> StoredPrompt:
        """Return a prompt without replies, of the named `task` or of the user's; InputError without the gold column."""
        name = self._name if task is None else task
        return StoredPrompt(
            key=self.key(prompt), kind=task_kind(prompt, self._parameters), text=prompt.text, asked=self._asked,
            signature=task_signature(prompt, self._parameters, name), named=bool(name), time=self._clock(),
            template=template_fingerprint(prompt, self._parameters), row_id=prompt.id,
            source=prompt.source.encode("utf-8", "replace").decode(),
            gold=None if self._gold is None else self._gold.right(prompt),
        )  # fmt: skip

    def note(self, stored: StoredPrompt) -> None:
        """Note the task and the template of a prompt."""
        self.tasks.add(stored.signature)
        if stored.named and stored.template is not None:
            self.templates.add(stored.template)

    def key(self, prompt: Prompt) -> str:
        """Return the key of a prompt, whichever model answers."""
        return prompt_key(prompt, self._asked)

    def signature(self, prompt: Prompt) -> str:
        """Return the signature of a prompt's task."""
        return task_signature(prompt, self._parameters, self._name)

    def has_answer(self, prompt: Prompt) -> bool:
        """Return whether the right answer is known; InputError if the row lacks its column."""
        return self._gold is not None and self._gold.right(prompt) is not None

    def label(self, prompt: Prompt, output: str) -> tuple[float | None, str | None]:
        """Return the score of a completion and what gave it; None for both without a right answer."""
        return (None, None) if self._gold is None else self._gold.score(prompt, output)

    @property
    def unlabeled(self) -> str:
        """A sentence on prompts without a right answer; empty if each has one, or none is wanted."""
        return "" if self._gold is None else self._gold.summary
