"""What each family of models accepts: words for effort, sampling, log probabilities (providers' reference, 2.4 to 10).

A family is told from its name alone, and a name we do not know is treated as the newest of its kind.
"""

from __future__ import annotations

import re
from typing import get_args

from scrimp.enums import Effort
from scrimp.providers.endpoint import Endpoint
from scrimp.values import JsonObject

EFFORTS: tuple[Effort, ...] = get_args(Effort)

_GPT = re.compile(r"gpt-(\d+)(?:\.(\d+))?(?:-(\w+))?")
_CLAUDE = re.compile(r"claude-(?:(\w+?)-)?(\d+)(?:[.-](\d{1,2}))?(?![\d])")
_GEMINI = re.compile(r"gemini-(\d+)(?:\.(\d+))?-?([\w-]*)")
# OpenAI models that think always: none and minimal are refused, and so is sampling.
_ALWAYS_THINK = frozenset(("gpt-6-astra", "gpt-6.1-sol", "gpt-6.2-astra", "gpt-6.2-sol"))


def base_name(model: str) -> str:
    """Return a model's own name without the vendor that gateways put before it."""
    return model.rpartition("/")[2].lower()


def gpt_version(model: str) -> tuple[int, int] | None:
    """Return (5, 4) for gpt-5.4-mini; (4, 0) for gpt-4o; None for others."""
    match = _GPT.match(base_name(model))
    return (int(match[1]), int(match[2] or 0)) if match else None


def claude_version(model: str) -> tuple[int, int] | None:
    """Return (5, 5) for claude-haiku-5-5; None for others."""
    match = _CLAUDE.match(base_name(model))
    return (int(match[2]), int(match[3] or 0)) if match else None


def _nearest(effort: str, allowed: tuple[str, ...]) -> str:
    """Return the allowed word for an effort: itself, else the next one up, else the highest there is."""
    wanted = EFFORTS.index(effort) if effort in EFFORTS else EFFORTS.index("medium")
    return next((word for word in allowed if EFFORTS.index(word) >= wanted), allowed[-1])


def openai_effort(model: str, effort: str) -> str | None:
    """Return `reasoning_effort` for a GPT model; None where there is no such field (reference 3.2)."""
    version = gpt_version(model)
    if version is None:
        return effort if base_name(model).startswith("o") else None
    if version < (5, 0):
        return None
    if version == (5, 0):
        return _nearest(effort, ("minimal", "low", "medium", "high"))
    if version == (5, 1):
        return _nearest(effort, ("none", "low", "medium", "high"))
    if base_name(model) in _ALWAYS_THINK:
        return _nearest(effort, ("low", "medium", "high", "xhigh"))
    # `max` is honoured on /responses and refused on /chat/completions.
    return _nearest(effort, ("none", "low", "medium", "high", "xhigh"))


def openai_samples(model: str, effort: str | None) -> bool:
    """Say whether a GPT model takes temperature, top_p and logprobs (reference 3.2)."""
    version = gpt_version(model)
    if version is None:
        return False
    if version < (5, 0):
        return True
    if version == (5, 0) or base_name(model) in _ALWAYS_THINK:
        return False
    if version <= (5, 4):
        return effort in (None, "none")  # none is their default
    return effort == "none"


def supports_logprobs(endpoint: Endpoint, model: str, effort: str | None) -> bool:
    """Say whether log probabilities may be asked for; most 400s come from asking for what is not there."""
    if endpoint.dialect != "openai":
        return False
    if endpoint.flavour in ("local", "llamacpp", "vllm"):
        return True
    if endpoint.flavour == "openai":
        return openai_samples(model, effort)
    return endpoint.flavour == "deepseek" and effort == "none"


def claude_thinking(model: str, effort: str) -> JsonObject:
    """Return the body fields that set a Claude model's effort (reference 5.2)."""
    version, name = claude_version(model) or (99, 0), base_name(model)
    if effort in ("none", "minimal"):
        return _claude_off(name, version)
    if version < (4, 6):
        return {}  # these think only when given a budget, which no word of ours stands for
    fields: JsonObject = {"output_config": {"effort": _nearest(effort, ("low", "medium", "high", "xhigh", "max"))}}
    return fields | ({"thinking": {"type": "adaptive"}} if version < (5, 0) else {})


def _claude_off(name: str, version: tuple[int, int]) -> JsonObject:
    if version < (5, 0):
        return {}  # off is what leaving it out means
    if "sonnet" in name and version >= (5, 5):
        return {"thinking": {"type": "between_tools"}}  # `disabled` is refused; without tools this is no thought at all
    if "fable" in name or ("opus" in name and version >= (5, 5)):
        return {"output_config": {"effort": "low"}}  # cannot be turned off
    return {"thinking": {"type": "disabled"}}


def gemini_thinking(model: str, effort: str) -> JsonObject:
    """Return `thinkingConfig` for a Gemini model (reference 7.1)."""
    match = _GEMINI.match(base_name(model))
    version = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    pro = bool(match) and "pro" in match[3] if match else False
    if version == (2, 5):
        budgets = {"none": 128 if pro else 0, "minimal": 128 if pro else 512, "low": 1024, "medium": 8192}
        return {"thinkingBudget": budgets.get(effort, -1)}
    if version < (3, 7) and not pro:
        return {"thinkingLevel": _nearest(effort, ("minimal", "low", "medium", "high"))}
    return {"thinkingLevel": _nearest(effort, ("low", "medium", "high"))}


def effort_fields(endpoint: Endpoint, model: str, effort: str) -> JsonObject:  # noqa: PLR0911 - one for each kind
    """Return the body fields of an OpenAI-dialect provider for an effort."""
    flavour = endpoint.flavour
    if flavour == "deepseek":
        if effort == "none":
            return {"thinking": {"type": "disabled"}}
        return {"reasoning_effort": _nearest(effort, ("low", "high", "max"))}
    if flavour == "qwen":
        return {"enable_thinking": effort != "none"}
    if flavour == "mistral":
        return (
            {"reasoning_effort": "none" if effort in ("none", "minimal", "low") else "high"} if _reasons(model) else {}
        )
    if flavour == "openrouter":
        return {"reasoning": {"effort": effort}}
    if flavour in ("local", "llamacpp", "ollama"):
        return {}
    if flavour == "gemini-openai":
        return {"reasoning_effort": _nearest(effort, ("none", "minimal", "low", "medium", "high"))}
    word = openai_effort(model, effort)
    return {} if word is None else {"reasoning_effort": word}


def _reasons(model: str) -> bool:
    """Say whether a Mistral model knows the field; the small ones of before 2026 do not."""
    return not base_name(model).startswith("ministral")


def rejects(endpoint: Endpoint, model: str, *, temperature: float | None, effort: str | None) -> str | None:
    """Return why a model would refuse what was asked, before a call is spent on finding out; None if it would not."""
    if temperature is None:
        return None
    claude = claude_version(model) if endpoint.dialect == "anthropic" else None
    if claude is not None and claude >= (4, 7):
        return f"{endpoint.name}/{model} takes no temperature: leave out --temperature"
    if endpoint.flavour == "openai" and gpt_version(model) is not None and not openai_samples(model, effort):
        return f"{endpoint.name}/{model} takes no temperature while it thinks: leave it out, or add --effort none"
    return None
