"""Caps on the tokens of a completion: the name of the field, what Claude is sent, which needs one, and higher ones."""

from __future__ import annotations

import re

from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.capabilities import base_name, claude_may_think, claude_version, gpt_version
from scrimp.values import Call, Json, Parameters

# Providers whose own models know `max_tokens` alone, whatever they are called (providers' reference, 2.4, 3.1).
_OLD_NAME = frozenset((
    "deepseek", "mistral", "qwen", "gemini-openai", "openrouter", "ollama", "vllm", "llamacpp", "local",
))  # fmt: skip
_O_SERIES = re.compile(r"o\d")
# Qwen models that think unless they are told not to (providers' reference, 10), and the least that a thought may take.
_QWEN_THINKS = re.compile(r"qwen3\.[5-9]|qwen[4-9]|qwq|.*-thinking")
_LEAST_THOUGHT = 1024
# Anthropic reserves the cap of a request in its limits of tokens a minute, so that of a label is small; thinking counts
# toward it, and a cap sized for the answer alone could leave no text.
_CLAUDE_TEXT, _CLAUDE_LABEL = 8192, 256
# How far a cap is raised that left no text: a thought takes some thousand tokens where it is short. Above the last one
# a provider may refuse the request, and nothing suggests that more would help.
_LEAST_MORE, _TIMES, _RAISED_UP_TO = 4096, 4, 32_768


def cap_fields(call: Call, endpoint: Endpoint) -> dict[str, Json]:
    """Return the body fields of the cap in the OpenAI dialect; a gateway hands them on as the model must get them.

    OpenAI refuses `max_tokens` for GPT-5 and later, and for its o models; its older models take both. Claude refuses a
    request without a cap, and not every gateway adds one.
    """
    cap = call.parameters.max_output or default_cap(call.model, endpoint, call.parameters)
    fields: dict[str, Json] = {"thinking_budget": call.thought_budget} if call.thought_budget else {}
    return fields if cap is None else {_field(call.model, endpoint.flavour): cap, **fields}


def thought_budget(endpoint: Endpoint, model: str, parameters: Parameters) -> int:
    """Return the most tokens of hidden thought that a call asks for outside its cap; 0 if the cap counts them.

    Qwen's cap is for the text alone, and its thought has a limit of its own. Without a cap there is none.
    """
    cap, effort = parameters.max_output, parameters.effort
    if endpoint.flavour != "qwen" or cap is None or effort == "none":
        return 0
    thinks = effort is not None or _QWEN_THINKS.match(base_name(model))
    return max(cap, _LEAST_THOUGHT) if thinks else 0


def default_cap(model: str, endpoint: Endpoint, parameters: Parameters) -> int | None:
    """Return the tokens that a model may write where the user did not say how many; None where it is not told."""
    is_claude = endpoint.dialect == "openai" and claude_version(model) and endpoint.flavour not in _OLD_NAME
    return default_claude_cap(model, parameters) if is_claude or endpoint.dialect == "anthropic" else None


def claude_cap(call: Call) -> int:
    """Return the tokens that a Claude model may write at most."""
    return call.parameters.max_output or default_claude_cap(call.model, call.parameters)


def default_claude_cap(model: str, parameters: Parameters) -> int:
    """Return the tokens that a Claude model may write where the user did not say how many."""
    if parameters.choices and not claude_may_think(model, parameters.effort):
        return _CLAUDE_LABEL + max(len(label.encode()) for label in parameters.choices)
    return _CLAUDE_TEXT


def raised_cap(cap: int) -> int | None:
    """Return the tokens to ask for after hidden thought took all of a cap; None if it is not raised."""
    return None if cap > _RAISED_UP_TO else max(_TIMES * cap, cap + _LEAST_MORE)


def _field(model: str, flavour: str) -> str:
    if flavour == "openai":
        return "max_completion_tokens"
    version = gpt_version(model)
    newer = version >= (5, 0) if version else bool(_O_SERIES.match(base_name(model)))
    return "max_completion_tokens" if newer and flavour not in _OLD_NAME else "max_tokens"
