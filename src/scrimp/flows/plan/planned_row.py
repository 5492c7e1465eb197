"""A row as it is planned: where it goes, the key it is looked up by, and what is sent of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp import fingerprint
from scrimp.enums import Level
from scrimp.flows.plan.prompt_compressor import CompressedPrompt, PromptCompressor
from scrimp.values import ModelRef, Parameters, Prompt, Route, Step

if TYPE_CHECKING:
    from scrimp.config.resolved.tuned_levels import TunedLevel


class PlannedRow(Struct, frozen=True, dict=True):
    """A prompt, where it goes, its cache key, and what is sent of it: compressed when first asked for, never a hit."""

    prompt: Prompt
    level: Level  # level of compression
    compressor: PromptCompressor
    destination: Route | Callable[[Prompt], Route]  # a function decides later if the key does not depend on it
    key: bytes
    instruction: str | None = None  # added at the end of the system text to name the labels
    keep: float | None = None  # the share of documents that the level keeps, where it is not the default one
    certified: TunedLevel | None = None  # the certificate of the level for this task
    other_routes: tuple[bytes, ...] = ()  # of its key: the same may have been asked in other words, or without a limit
    affords: Callable[[Step, ModelRef], bool] | None = None  # whether a row with a limit may call a model of a step
    below: int = 0  # the size that its level was raised for, above which its model costs more; 0 if it was not

    @cached_property
    def route(self) -> Route:
        """Where it goes; of a row of the cache it may never be decided."""
        known = self.destination
        return known if isinstance(known, Route) else known(self.prompt)

    @cached_property
    def sent(self) -> CompressedPrompt:
        """The texts as they are sent, but for the instruction."""
        return self.compressor.compress(self.prompt)

    @property
    def text(self) -> str:
        """The last turn as it is sent."""
        return self.sent.text

    @property
    def system(self) -> str | None:
        """The system text as it is sent."""
        return _with_instruction(self.sent.system, self.instruction)

    @property
    def system_as_given(self) -> str | None:
        """The system text with the instruction, not compressed."""
        return _with_instruction(self.prompt.system, self.instruction)

    @property
    def other_keys(self) -> tuple[bytes, ...]:
        """The keys under which the same may have been asked in other words, or without a limit."""
        return tuple(map(self.key_on, self.other_routes))

    def key_on(self, route: bytes) -> bytes:
        """Return its key on a route that keys begin with."""
        return key_of(route, self.prompt, self.instruction)

    def may_call(self, step: Step, model: ModelRef) -> bool:
        """Return whether a model of a step may be called: a row with a limit does not go over to a dear one."""
        return self.affords is None or self.affords(step, model)

    @property
    def why_level(self) -> str:
        """The evidence for a certified level; empty if it is not one."""
        if self.certified is None:
            return ""
        from scrimp.flows.plan.certified.certified_levels import why_of  # only with certified levels

        return why_of(self.certified)

    def signature(self, parameters: Parameters, task_name: str | None) -> str:
        """Return the name of the prompt's task; `task_name` is what the user calls it.

        A certified task has its certificate's, however it was found: its calls are watched under that name.
        """
        if self.route.certified_task is not None:
            return self.route.certified_task
        from scrimp.routing.task_signature import task_signature  # only a call or a learned route needs it

        return task_signature(self.prompt, parameters, task_name)


def key_of(route: bytes, prompt: Prompt, instruction: str | None) -> bytes:
    """Return the key of a prompt on a route, given by the bytes that its keys begin with."""
    text = f"\0{prompt.defect}" if prompt.defect else prompt.text  # equal rows fail for the same reason
    return fingerprint.key(
        route, text=text, system=_with_instruction(prompt.system, instruction), history=prompt.history,
        sample=prompt.sample or 0, attachments=prompt.attachments, after=prompt.after,
    )  # fmt: skip


def _with_instruction(system: str | None, instruction: str | None) -> str | None:
    """Return a system text with what is added at its end to tell the labels."""
    return "\n\n".join(text for text in (system, instruction) if text) if instruction else system
