"""The fingerprint of a template, by which a run recognizes a certified task that it was not told the name of.

A certificate must never reach the prompts of another task, so only what is exactly the same is recognized: the
template, the system text, the labels or the schema asked for. Prompts without a template have no fingerprint: what they
share can only be guessed, and so can whether a chat's system text is all there is to its task. Numbers count as words
do: a system text that tells today's date is another one tomorrow, for nothing says that the date is not what matters.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import msgspec

from scrimp.regexes import pattern
from scrimp.values import JsonObject, Parameters, Prompt

MIN_WORDS = 4  # of a template besides its columns: "Question: {question}" is that of many tasks
_COLUMN = r'\{\{|\}\}|\{\s*"(?:[^"\\]|\\.)*"\s*\}|\{[^{}]*\}'
# Scripts without spaces have no words to count: each of their characters counts as one.
_WORD = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\d_]+"


def template_fingerprint(prompt: Prompt, parameters: Parameters) -> str | None:
    """Return 16 hexadecimal digits of a prompt's template and what goes with it; None if it tells no task apart."""
    if not tells_a_task(prompt):
        return None
    return _fingerprint(
        prompt.template or "", prompt.system or "", parameters.choices, _text(parameters.schema),
        attached=bool(prompt.attachments),
    )  # fmt: skip


def tells_a_task(prompt: Prompt) -> bool:
    """Return whether a prompt comes of a template that has words of its own, and is not a turn of a conversation."""
    return prompt.template is not None and not prompt.history and not prompt.after and _has_words(prompt.template)


@lru_cache(maxsize=64)
def _has_words(template: str) -> bool:
    return len(pattern(_WORD).findall(pattern(_COLUMN).sub(" ", template))) >= MIN_WORDS


@lru_cache(maxsize=256)
def _fingerprint(template: str, system: str, choices: tuple[str, ...], schema: str, *, attached: bool) -> str:
    parts = (template, system, list(choices), schema, attached)
    encoded = msgspec.json.encode([_bytes(part) if isinstance(part, str) else part for part in parts])
    return blake2b(encoded, digest_size=8).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(schema: JsonObject | None) -> str:
    return "" if schema is None else msgspec.json.encode(schema, order="deterministic").decode()
