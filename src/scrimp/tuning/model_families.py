"""Whose relative a model is, told from its name: relatives learned from the same data and err alike."""

from __future__ import annotations

import re

# Names that are not their family's, and families that go by several names.
_FAMILIES = (
    ("openai", re.compile(r"gpt|chatgpt|o\d\b|o\d-|davinci")),
    ("anthropic", re.compile(r"claude")),
    ("google", re.compile(r"gemini|gemma|codegemma|palm")),
    ("meta", re.compile(r"(?:meta-)?llama|nemotron|vicuna")),
    ("mistral", re.compile(r"mistral|mixtral|ministral|codestral|devstral|magistral")),
    ("qwen", re.compile(r"qwen|qwq|qvq")),
    ("deepseek", re.compile(r"deepseek")),
)
_OWN = re.compile(r"[a-z]+")


def family(model: str) -> str:
    """Return the family of a model, named as model or provider/model; of a name nobody knows, its first word.

    A model trained from another's weights goes by the name that stands first in its own.
    """
    name = model.rpartition("/")[2].lower()
    found = [(match.start(), kin) for kin, pattern in _FAMILIES if (match := pattern.search(name)) is not None]
    if found:
        return min(found)[1]
    own = _OWN.search(name)
    return own[0] if own else name
