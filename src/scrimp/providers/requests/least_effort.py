"""The least effort of a model that thinks unless it is told not to: what a cheap tier asks for by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.providers.requests.capabilities import (
    EFFORTS,
    accepted_efforts,
    base_name,
    claude_efforts,
    claude_version,
    gemini_efforts,
    gemini_version,
    gpt_version,
    openai_efforts,
)
from scrimp.regexes import pattern

if TYPE_CHECKING:
    from scrimp.enums import Effort
    from scrimp.providers.endpoint import Endpoint

_QWEN = r"qwen(\d+)\.(\d+)"
# Parts of names of models that cannot do without thought, and of those of OpenAI that take other efforts, or none.
_ALWAYS_THINKING = frozenset(("thinking", "reasoner", "r1"))
_APART = frozenset(("pro", "chat", "codex", "search", "deep"))


def least_effort(endpoint: Endpoint, model: str) -> Effort | None:
    """Return the least effort of a model; None if it does not think by itself, or nothing tells what it takes.

    A gateway may take every word, and pass on what the vendor of the model refuses: the vendor's least is asked for.
    """
    least = _vendors_least(endpoint.vendors_name(model))
    if least is None:
        return None
    enough = EFFORTS[EFFORTS.index(least) :]
    return next((each for each in accepted_efforts(endpoint, model) if each in enough), None)


def _vendors_least(model: str) -> Effort | None:
    name = base_name(model)
    parts = name.replace(":", "-").split("-")
    if not _ALWAYS_THINKING.isdisjoint(parts):
        return None
    if (claude := claude_version(name)) is not None:
        return claude_efforts(name)[0] if claude >= (5, 0) else None
    if gemini_version(name) is not None:
        return gemini_efforts(name)[0]
    qwen = pattern(_QWEN).match(name)
    if parts[0] == "deepseek" or (qwen is not None and (int(qwen[1]), int(qwen[2])) >= (3, 5)):
        return "none"
    gpt = gpt_version(name)
    if (gpt is not None and (5, 1) <= gpt <= (5, 4)) or not _APART.isdisjoint(parts):
        return None  # the former do not think unless they are asked to
    return next(iter(openai_efforts(name)), None)
