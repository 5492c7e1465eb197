"""The family a model belongs to, by its name: relatives learned from the same data and err alike."""

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
_FIRST_WORD = re.compile(r"[a-z]+")


def family(model: str) -> str:
    """Return the family of a model, named as model or provider/model; an unknown name gives its first word.

    A model trained from another's weights belongs to the family named first.
    """
    name = model.rpartition("/")[2].lower()
    matches = [(match.start(), maker) for maker, pattern in _FAMILIES if (match := pattern.search(name)) is not None]
    if matches:
        return min(matches)[1]
    first = _FIRST_WORD.search(name)
    return first[0] if first else name
