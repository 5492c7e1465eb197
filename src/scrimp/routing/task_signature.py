"""The task a prompt belongs to: its kind, and its signature, the key of its pairs and certificates."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from scrimp.regexes import pattern
from scrimp.routing.excerpt import excerpt
from scrimp.routing.kinds import Kind, kind_of
from scrimp.routing.skeleton import skeleton
from scrimp.values import Parameters, Prompt

_HEX_DIGITS = 12  # of the hash, as shown to the user: a collision among a million tasks has a chance of one in 500


def task_kind(prompt: Prompt, parameters: Parameters) -> Kind:
    """Return the kind of a prompt's task; choices and a schema tell it better than its words do."""
    if parameters.choices:
        return "classification"
    return "extraction" if parameters.schema is not None else kind_of(prompt.text, excerpt(prompt.text))


def task_signature(prompt: Prompt, parameters: Parameters, name: str | None) -> str:
    """Return the signature of a prompt's task; `name` is what the user calls it."""
    kind: Kind | None = None  # otherwise determined only for bare prompts
    if parameters.choices or parameters.schema is not None:
        kind = task_kind(prompt, parameters)
    return text_signature(prompt.text, prompt.system, prompt.template, name, kind=kind)


def text_signature(
    prompt_text: str,
    system: str | None = None,
    template: str | None = None,
    name: str | None = None,
    *,
    kind: Kind | None = None,
) -> str:
    """Return the task's name where the user gave one, else twelve hexadecimal digits.

    They are the hash of the system prompt and the template; without these, of the prompt's skeleton; for a bare prompt,
    of the kind of task, so that all bare questions are one task. Pass the kind where it is known: finding it takes
    longer than all the rest.
    """
    if name:
        return name
    if system or template:
        return _hash(f"given\0{_without_numbers(system or '')}\0{template or ''}")
    traces = skeleton(prompt_text)
    if traces:
        return _hash(f"skeleton\0{traces}")
    return _hash(f"kind\0{kind or kind_of(prompt_text, excerpt(prompt_text))}")


@lru_cache(maxsize=64)
def _without_numbers(system: str) -> str:
    """Remove numbers from a system prompt: many contain today's date, and tomorrow it is the same task."""
    return pattern(r"\d+").sub("0", system)


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HEX_DIGITS // 2).hexdigest()
