"""What each family of models accepts: effort, sampling, log probabilities (providers' reference, 2.4 to 10).

A family is recognized by the model's name alone; an unknown name is treated as the newest of its vendor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
_O_SERIES = re.compile(r"o\d")
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


def _nearest(effort: str, allowed: Sequence[str]) -> str:
    """Return the effort itself if it is allowed, else the next higher allowed one, else the highest."""
    wanted = EFFORTS.index(effort) if effort in EFFORTS else EFFORTS.index("medium")
    return next((level for level in allowed if EFFORTS.index(level) >= wanted), allowed[-1])


def openai_efforts(model: str) -> tuple[Effort, ...]:
    """Return what `reasoning_effort` may be for an OpenAI model; nothing where it has no such field (reference 3.2)."""
    version = gpt_version(model)
    if version is None:
        return ("low", "medium", "high") if _O_SERIES.match(base_name(model)) else ()
    if version < (5, 0):
        return ()
    if version == (5, 0):
        return "minimal", "low", "medium", "high"
    if version == (5, 1):
        return "none", "low", "medium", "high"
    if _DATE.sub("", base_name(model)) in _ALWAYS_THINKING:
        return "low", "medium", "high", "xhigh"
    # `max` is accepted on /responses and refused on /chat/completions.
    return "none", "low", "medium", "high", "xhigh"


def openai_effort(model: str, effort: str) -> str | None:
    """Return `reasoning_effort` for an OpenAI model; None if the model has no such field."""
    accepted = openai_efforts(model)
    return _nearest(effort, accepted) if accepted else None


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
        return _always_thinks(name, version) or version == (99, 0)
    return version >= ((5, 0) if effort is None else (4, 6))


def claude_efforts(model: str) -> tuple[Effort, ...]:
    """Return the efforts of a Claude model, from the least on; nothing where no effort stands for a budget."""
    version, name = claude_version(model) or (99, 0), base_name(model)
    if version < (4, 6):
        return ()
    efforts: tuple[Effort, ...] = ("low", "medium", "high", "xhigh", "max")
    return efforts if _always_thinks(name, version) else ("none", *efforts)


def _always_thinks(name: str, version: tuple[int, int]) -> bool:
    return "fable" in name or ("opus" in name and version >= (5, 5))


def _claude_without_thinking(name: str, version: tuple[int, int]) -> JsonObject:
    if version < (5, 0):
        return {}  # without the field they do not think
    if "sonnet" in name and version >= (5, 5):
        return {"thinking": {"type": "between_tools"}}  # `disabled` is refused; without tools this means no thinking
    if _always_thinks(name, version):
        return {"output_config": {"effort": "low"}}  # thinking cannot be turned off
    return {"thinking": {"type": "disabled"}}


def gemini_thinking(model: str, effort: str) -> JsonObject:
    """Return `thinkingConfig` for a Gemini model (reference 7.1)."""
    pro = _is_gemini_pro(model)
    if gemini_version(model) == (2, 5):
        budgets = {"none": 128 if pro else 0, "minimal": 128 if pro else 512, "low": 1024, "medium": 8192}
        return {"thinkingBudget": budgets.get(effort, -1)}
    return {"thinkingLevel": _nearest(effort, gemini_efforts(model))}


def _is_gemini_pro(model: str) -> bool:
    match = _GEMINI.match(base_name(model))
    return match is not None and "pro" in match[3]


def gemini_efforts(model: str) -> tuple[Effort, ...]:
    """Return the efforts of a Gemini model, from the least on."""
    version, pro = gemini_version(model) or (99, 0), _is_gemini_pro(model)
    if version == (2, 5):
        return ("minimal", "low", "medium", "high") if pro else ("none", "minimal", "low", "medium", "high")
    return ("minimal", "low", "medium", "high") if version < (3, 7) and not pro else ("low", "medium", "high")


_WITHOUT_EFFORT = ("local", "llamacpp", "ollama")
# Providers of the OpenAI dialect for which it does not depend on the model (reference 7.2, 8 to 11).
_EFFORTS_OF_FLAVOUR: Mapping[str, tuple[Effort, ...]] = {
    "deepseek": ("none", "low", "high", "max"),
    "qwen": ("none", "high"),  # thinking is on or off
    "mistral": ("none", "high"),
    "openrouter": EFFORTS,
    "gemini-openai": ("none", "minimal", "low", "medium", "high"),
}


def accepted_efforts(endpoint: Endpoint, model: str) -> tuple[Effort, ...]:
    """Return the efforts that mean different things to a model, from the least on; none if it has no effort.

    Every other word becomes one of these (`sent_effort`).
    """
    if endpoint.dialect == "anthropic":
        return claude_efforts(model)
    if endpoint.dialect == "gemini":
        return gemini_efforts(model)
    if endpoint.flavour in _WITHOUT_EFFORT or (endpoint.flavour == "mistral" and not _mistral_accepts_effort(model)):
        return ()
    return _EFFORTS_OF_FLAVOUR.get(endpoint.flavour) or openai_efforts(endpoint.vendors_name(model))


def sent_effort(endpoint: Endpoint, model: str, effort: Effort) -> Effort | None:
    """Return which of the efforts that a model accepts a word becomes; None if nothing is sent."""
    sent = _fields(endpoint, model, effort)
    return next((each for each in accepted_efforts(endpoint, model) if _fields(endpoint, model, each) == sent), None)


def _fields(endpoint: Endpoint, model: str, effort: str) -> JsonObject:
    if endpoint.dialect == "anthropic":
        return claude_thinking(model, effort)
    return gemini_thinking(model, effort) if endpoint.dialect == "gemini" else effort_fields(endpoint, model, effort)


def effort_fields(endpoint: Endpoint, model: str, effort: str) -> JsonObject:
    """Return the body fields that set the effort at a provider of the OpenAI dialect."""
    match endpoint.flavour:
        case "qwen":
            return {"enable_thinking": effort != "none"}
        case "openrouter":
            return {"reasoning": {"effort": effort}}
        case "deepseek" if effort == "none":
            return {"thinking": {"type": "disabled"}}
        case _:
            accepted = _reasoning_effort(endpoint, model, effort)
            return {} if accepted is None else {"reasoning_effort": accepted}


def _reasoning_effort(endpoint: Endpoint, model: str, effort: str) -> str | None:
    """Return the value of `reasoning_effort`, as most flavours call the field; None if the model takes none."""
    flavour = endpoint.flavour
    if flavour == "deepseek":  # only max means max: DeepSeek itself reads medium and xhigh as high (reference 8)
        return "max" if effort == "max" else _nearest(effort, ("low", "high"))
    if flavour == "mistral":
        lowest = "none" if effort in ("none", "minimal", "low") else "high"
        return lowest if _mistral_accepts_effort(model) else None
    if flavour == "gemini-openai":
        return _nearest(effort, _EFFORTS_OF_FLAVOUR[flavour])
    return None if flavour in _WITHOUT_EFFORT else openai_effort(endpoint.vendors_name(model), effort)


def _mistral_accepts_effort(model: str) -> bool:
    """Return whether a Mistral model accepts `reasoning_effort`; the small models from before 2026 do not."""
    return not base_name(model).startswith("ministral")
