"""Caps on the tokens of a completion: what the field is called, and what Claude is sent, which needs one."""

from __future__ import annotations

import re

from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.capabilities import base_name, claude_may_think, claude_version, gpt_version
from scrimp.values import Call, Json

# Providers whose own models know `max_tokens` alone, whatever they are called (providers' reference, 2.4, 3.1).
_OLD_NAME = frozenset((
    "deepseek", "mistral", "qwen", "gemini-openai", "openrouter", "ollama", "vllm", "llamacpp", "local",
))  # fmt: skip
_O_SERIES = re.compile(r"o\d")
# Anthropic reserves the cap of a request in its limits of tokens a minute, so that of a label is small; thinking counts
# toward it, and a cap sized for the answer alone could leave no text.
_CLAUDE_TEXT, _CLAUDE_LABEL = 8192, 256


def cap_fields(call: Call, endpoint: Endpoint) -> dict[str, Json]:
    """Return the body fields of the cap in the OpenAI dialect; a gateway hands them on as the model must get them.

    OpenAI refuses `max_tokens` for GPT-5 and later, and for its o models; its older models take both. Claude refuses a
    request without a cap, and not every gateway adds one.
    """
    cap = call.parameters.max_output
    if cap is None and claude_version(call.model) and endpoint.flavour not in _OLD_NAME:
        cap = claude_cap(call)
    return {} if cap is None else {_field(call.model, endpoint.flavour): cap}


def claude_cap(call: Call) -> int:
    """Return the tokens that a Claude model may write at most."""
    parameters = call.parameters
    if parameters.max_output is not None:
        return parameters.max_output
    if parameters.choices and not claude_may_think(call.model, parameters.effort):
        return _CLAUDE_LABEL + max(len(label.encode()) for label in parameters.choices)
    return _CLAUDE_TEXT


def _field(model: str, flavour: str) -> str:
    if flavour == "openai":
        return "max_completion_tokens"
    version = gpt_version(model)
    newer = version >= (5, 0) if version else bool(_O_SERIES.match(base_name(model)))
    return "max_completion_tokens" if newer and flavour not in _OLD_NAME else "max_tokens"
