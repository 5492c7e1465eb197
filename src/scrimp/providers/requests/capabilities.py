"""What each family of models accepts: effort, sampling, log probabilities (providers' reference, 2.4 to 10).

A family is recognized by the model's name alone; an unknown name is treated as the newest of its vendor.
"""

from __future__ import annotations

import re
from typing import get_args

from scrimp.enums import Effort
from scrimp.providers.endpoint import Endpoint
from scrimp.values import JsonObject

EFFORTS: tuple[Effort, ...] = get_args(Effort)

_GPT = re.compile(r"gpt-(\d+)(?:\.(\d+))?(?:-(\w+))?")
_CLAUDE = re.compile(r"claude-(?:([a-z]+)-)?(\d+)(?:[.-](\d{1,2}))?(?![\d])")
_GEMINI = re.compile(r"gemini-(\d+)(?:\.(\d+))?-?([\w-]*)")
# OpenAI models that always think: they refuse the efforts none and minimal, and sampling parameters.
_ALWAYS_THINKING = frozenset(("gpt-6-astra", "gpt-6.1-sol", "gpt-6.2-astra", "gpt-6.2-sol"))
_DATE = re.compile(r"-\d{4}-\d\d-\d\d$")  # of a snapshot


def base_name(model: str) -> str:
    """Return a model's name in lower case, without the vendor that gateways put before it."""
    return model.rpartition("/")[2].lower()


def gpt_version(model: str) -> tuple[int, int] | None:
    """Return the version of a GPT model: (5, 4) for gpt-5.4-mini, (4, 0) for gpt-4o; None for other models."""
    match = _GPT.match(base_name(model))
    return (int(match[1]), int(match[2] or 0)) if match else None


def claude_version(model: str) -> tuple[int, int] | None:
    """Return the version of a Claude model: (5, 5) for claude-haiku-5-5; None for other models."""
    match = _CLAUDE.match(base_name(model))
    return (int(match[2]), int(match[3] or 0)) if match else None


def gemini_version(model: str) -> tuple[int, int] | None:
    """Return the version of a Gemini model: (2, 5) for gemini-2.5-flash; None for other models."""
    match = _GEMINI.match(base_name(model))
    return (int(match[1]), int(match[2] or 0)) if match else None


def _nearest(effort: str, allowed: tuple[str, ...]) -> str:
    """Return the effort itself if it is allowed, else the next higher allowed one, else the highest."""
    wanted = EFFORTS.index(effort) if effort in EFFORTS else EFFORTS.index("medium")
    return next((level for level in allowed if EFFORTS.index(level) >= wanted), allowed[-1])


def openai_effort(model: str, effort: str) -> str | None:
    """Return `reasoning_effort` for an OpenAI model; None where the model has no such field (reference 3.2)."""
    version = gpt_version(model)
    if version is None:
        return effort if base_name(model).startswith("o") else None
    if version < (5, 0):
        return None
    if version == (5, 0):
        return _nearest(effort, ("minimal", "low", "medium", "high"))
    if version == (5, 1):
        return _nearest(effort, ("none", "low", "medium", "high"))
    if _DATE.sub("", base_name(model)) in _ALWAYS_THINKING:
        return _nearest(effort, ("low", "medium", "high", "xhigh"))
    # `max` is accepted on /responses and refused on /chat/completions.
    return _nearest(effort, ("none", "low", "medium", "high", "xhigh"))


def openai_accepts_sampling(model: str, effort: str | None) -> bool:
    """Return whether an OpenAI model accepts temperature, top_p and logprobs (reference 3.2)."""
    version = gpt_version(model)
    if version is None:
        return False
    if version < (5, 0):
        return True
    if version == (5, 0) or _DATE.sub("", base_name(model)) in _ALWAYS_THINKING:
        return False
    if version <= (5, 4):
        return effort in (None, "none")  # these default to none
    return effort == "none"


def supports_logprobs(endpoint: Endpoint, model: str, effort: str | None) -> bool:
    """Return whether a model accepts a request for log probabilities; most others answer it with a 400."""
    if endpoint.dialect != "openai":
        return False
    if endpoint.flavour in ("local", "llamacpp", "vllm"):
        return True
    if endpoint.flavour == "openai":
        return openai_accepts_sampling(model, effort)
    return endpoint.flavour == "deepseek" and effort == "none"


def claude_thinking(model: str, effort: str) -> JsonObject:
    """Return the body fields that set a Claude model's effort (reference 5.2)."""
    version, name = claude_version(model) or (99, 0), base_name(model)
    if effort in ("none", "minimal"):
        return _claude_without_thinking(name, version)
    if version < (4, 6):
        return {}  # these think only with a token budget, and no effort stands for one
    fields: JsonObject = {"output_config": {"effort": _nearest(effort, ("low", "medium", "high", "xhigh", "max"))}}
    return fields | ({"thinking": {"type": "adaptive"}} if version < (5, 0) else {})


def claude_may_think(model: str, effort: str | None) -> bool:
    """Return whether a Claude model that is sent the fields of `claude_thinking` may think first (reference 5.2)."""
    version, name = claude_version(model) or (99, 0), base_name(model)
    if effort in ("none", "minimal"):
        return "fable" in name or ("opus" in name and version >= (5, 5)) or version == (99, 0)
    return version >= ((5, 0) if effort is None else (4, 6))


def _claude_without_thinking(name: str, version: tuple[int, int]) -> JsonObject:
    if version < (5, 0):
        return {}  # without the field they do not think
    if "sonnet" in name and version >= (5, 5):
        return {"thinking": {"type": "between_tools"}}  # `disabled` is refused; without tools this means no thinking
    if "fable" in name or ("opus" in name and version >= (5, 5)):
        return {"output_config": {"effort": "low"}}  # thinking cannot be turned off
    return {"thinking": {"type": "disabled"}}


def gemini_thinking(model: str, effort: str) -> JsonObject:
    """Return `thinkingConfig` for a Gemini model (reference 7.1)."""
    match = _GEMINI.match(base_name(model))
    version = gemini_version(model) or (99, 0)
    pro = bool(match) and "pro" in match[3] if match else False
    if version == (2, 5):
        budgets = {"none": 128 if pro else 0, "minimal": 128 if pro else 512, "low": 1024, "medium": 8192}
        return {"thinkingBudget": budgets.get(effort, -1)}
    if version < (3, 7) and not pro:
        return {"thinkingLevel": _nearest(effort, ("minimal", "low", "medium", "high"))}
    return {"thinkingLevel": _nearest(effort, ("low", "medium", "high"))}


def effort_fields(endpoint: Endpoint, model: str, effort: str) -> JsonObject:  # noqa: PLR0911 - one for each flavour
    """Return the body fields that set the effort at a provider of the OpenAI dialect."""
    flavour = endpoint.flavour
    if flavour == "deepseek":
        if effort == "none":
            return {"thinking": {"type": "disabled"}}
        # Only max means max: DeepSeek itself reads medium and xhigh as high (reference 8).
        return {"reasoning_effort": "max" if effort == "max" else _nearest(effort, ("low", "high"))}
    if flavour == "qwen":
        return {"enable_thinking": effort != "none"}
    if flavour == "mistral":
        if not _mistral_accepts_effort(model):
            return {}
        return {"reasoning_effort": "none" if effort in ("none", "minimal", "low") else "high"}
    if flavour == "openrouter":
        return {"reasoning": {"effort": effort}}
    if flavour in ("local", "llamacpp", "ollama"):
        return {}
    if flavour == "gemini-openai":
        return {"reasoning_effort": _nearest(effort, ("none", "minimal", "low", "medium", "high"))}
    accepted = openai_effort(model, effort)
    return {} if accepted is None else {"reasoning_effort": accepted}


def _mistral_accepts_effort(model: str) -> bool:
    """Return whether a Mistral model accepts `reasoning_effort`; the small models from before 2026 do not."""
    return not base_name(model).startswith("ministral")
