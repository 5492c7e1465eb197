"""Which certified task a prompt is one of: by the user's name for it, or by its template.

A certificate must not reach the prompts of another task. So where a template has too few words, is that of two tasks,
or differs in anything from the one by which a task was certified, the task is found by its name alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from scrimp.routing.task_signature import task_signature
from scrimp.routing.template_fingerprint import template_fingerprint
from scrimp.values import Parameters, Prompt

_MOST_NAMED = 5  # tasks in a sentence


class TaskFinder:
    """The certified tasks, by name and by template."""

    def __init__(self, templates: Mapping[str, str | None], *, name: str | None, parameters: Parameters) -> None:
        """`templates` are fingerprints by task; `name` is what the user calls the task of all prompts.

        A task whose fingerprint is None was certified when none were kept: its signature finds it.
        """
        self._templates, self._name, self._parameters = templates, name, parameters
        self._former = {task for task, template in templates.items() if template is None}
        used = Counter(template for template in templates.values() if template)
        self._shared = {template for template, tasks in used.items() if tasks > 1}
        self._tasks = {
            template: task for task, template in templates.items() if template and template not in self._shared
        }

    def find(self, prompt: Prompt) -> str | None:
        """Return the certified task of a prompt, None if it is not sure to be one of any."""
        if self._name:
            return self._name if self._name in self._templates else None
        template = template_fingerprint(prompt, self._parameters)
        if template is not None and template in self._tasks:
            return self._tasks[template]
        return self._by_signature(prompt)

    def _by_signature(self, prompt: Prompt) -> str | None:
        if not self._former:
            return None
        signature = task_signature(prompt, self._parameters, None)
        return signature if signature in self._former else None

    def explain(self, prompt: Prompt) -> str:
        """Return in a sentence by what a prompt's task was found, or why it was not and what finds it."""
        task = self.find(prompt)
        if task is None:
            if self._name:
                return f"task {self._name}, named by --route, is not certified ({self._certified})"
            return f"no certified task: {self._why_none(prompt)}; --route NAME names it ({self._certified})"
        if self._name:
            return f"task {task}, found by --route"
        by = "signature" if self._templates[task] is None else "template, system text, labels and schema"
        return f"task {task}, found by its {by}"

    def _why_none(self, prompt: Prompt) -> str:
        template = template_fingerprint(prompt, self._parameters)
        if template in self._shared:
            return "its template is that of several certified tasks"
        if template is not None:
            return "with this template, system text, labels and schema none was certified"
        if prompt.template is None:
            return "a prompt that is not made by a --template does not tell its task"
        if prompt.history or prompt.after:
            return "a turn of a conversation does not tell its task"
        return "a template of so few words could be that of another task"

    @property
    def hint(self) -> str:
        """What to do where rows of a certified task were not recognized."""
        if self._name:
            return f"task {self._name} is not certified ({self._certified})"
        return f"where they are of one, name it with --route ({self._certified}); scrimp route --explain tells more"

    @property
    def _certified(self) -> str:
        names = list(self._templates)
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        return f"certified: {', '.join(names[:_MOST_NAMED])}{more}"
