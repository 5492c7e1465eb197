"""At which level of compression prompts of a task go by its certificate: the levels of `scrimp tune apply --compress`.

A certificate is of one model and of one version of scrimp's compression; prompts that go elsewhere, or through a chain,
are sent at the default level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.compress import DEFAULT_KEEP
from scrimp.compression_version import change_since, compression_version
from scrimp.config.resolved.arms import called_name
from scrimp.errors import ConfigError
from scrimp.flows.plan.certified.task_finder import TaskFinder
from scrimp.units import format_percent_briefly, pluralize
from scrimp.values import Chain, Parameters, Prompt

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.resolved.tuned_levels import TunedLevel


class CertifiedLevels:
    """The certified levels, looked up by task and model."""

    def __init__(
        self, tuned: Sequence[TunedLevel], routes: Routes, *, name: str | None, parameters: Parameters,
        warn: Callable[[str], None], path: Path,
        alert: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        """`name` is what the user calls the task; `path` the file in which a level that no longer holds is marked."""
        self._tuned: defaultdict[str, dict[str, TunedLevel]] = defaultdict(dict)
        for level in tuned:
            self._tuned[level.signature][level.model] = level
        self._routes, self._effort = routes, parameters.effort
        templates = {level.signature: level.template for level in tuned}
        self._finder = TaskFinder(templates, name=name, parameters=parameters)
        self._warn, self._alert, self._path = warn, alert or warn, path
        self._warned: set[str] = set()

    def level(self, prompt: Prompt, chain: Chain) -> TunedLevel | None:
        """Return the level certified for a prompt of a task and its model, None if none is."""
        level = self._of_task(prompt).get(self._model(chain))
        if level is None or level.drift is not None:
            return None
        if level.version != compression_version():
            self._warn_once(
                f"{level.name} is not used for task {level.signature}: {change_since(level.version)} since it was "
                f"certified on {level.day}; collect pairs again (scrimp tune shadow) and certify it again"
            )
            return None
        return level

    @staticmethod
    def keep(level: TunedLevel) -> float | None:
        """Return the share of documents to keep as a run has it: None for the default one."""
        return None if level.keep == DEFAULT_KEEP else level.keep

    def explain(self, prompt: Prompt, chain: Chain) -> str:
        """Return in a sentence what certificates say of a prompt's level."""
        of_task, model = self._of_task(prompt), self._model(chain)
        level = of_task.get(model)
        if not of_task:
            return f"the default level is used: {self._finder.explain(prompt)}"
        if level is None:
            certified = ", ".join(f"{each.name} for {each.model}" for each in of_task.values())
            return f"certified is {certified}, and the prompt goes to {model or 'a chain'}: the default level is used"
        if level.drift is not None:
            return f"{level.name} is no longer certified ({level.drift}): the default level is used"
        if self.level(prompt, chain) is None:
            return f"{level.name} was certified of an older compression: the default level is used"
        return f"{level.name}, {why_of(level)}"

    def redirected(self, task: str, model: str, answered_by: str) -> None:
        """Use a task's levels for a model no more, at any effort: what answers now is not what was certified."""
        for level in list(self._tuned[task].values()):
            if level.model == model or level.model.startswith(f"{model}@"):
                self._disable(level, f"{model} was answered by {answered_by}")

    def _disable(self, level: TunedLevel, why: str) -> None:
        if level.drift is not None:
            return
        from scrimp.config.resolved.tuned_levels import level_no_longer_used  # hardly ever
        from scrimp.config.resolved.tuned_routes import disable_level

        void = self._tuned[level.signature][level.model] = replace(level, drift=why)
        self._alert(level_no_longer_used(void))
        try:
            disable_level(self._path, void)
        except ConfigError as error:
            self._warn(str(error))

    def _of_task(self, prompt: Prompt) -> dict[str, TunedLevel]:
        return self._tuned.get(self._finder.find(prompt) or "", {})

    def _model(self, chain: Chain) -> str:
        """Return the model, with the effort asked of it, that answers on a chain of one step; empty for more steps."""
        model = self._routes.only_model(chain)
        return "" if model is None else called_name(model, self._effort, self._routes.endpoints[model.provider])

    def _warn_once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self._warn(message)


def why_of(level: TunedLevel) -> str:
    """Return the evidence for a level in words."""
    return (
        f"certified {level.day} to keep {format_percent_briefly(level.bound)} of {level.kept} "
        f"({pluralize(level.pairs, 'pair')})"
    )
