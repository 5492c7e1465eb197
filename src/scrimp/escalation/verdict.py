"""Verdicts on completions: whether one keeps the schema or the choices, its final form, and with what confidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from scrimp.answers.json_reply import JsonReplyError, json_reply, written
from scrimp.answers.labels import label_of, listed
from scrimp.answers.schema_reply import SchemaReply
from scrimp.values import Completion, Json, Parameters

SchemaReader: TypeAlias = Callable[[Json], SchemaReply]

_CORRECTED_JSON = "Reply again with JSON alone that satisfies the schema."
_SHOWN = 60  # characters of a completion in a message


class Verdict(Struct, frozen=True, kw_only=True):
    """A confidence from 0 to 1, or None if no signal applies, and the name of the signal that decided.

    A completion that is not valid never becomes a row that is ok. `needs_another` says that another completion
    is needed to judge this one, so the chain continues.
    """

    confidence: float | None
    why: str
    valid: bool
    parsed: Json = None
    output: str | None = None  # the label or the JSON alone; None if the text is the answer
    needs_another: bool = False
    detail: str = ""  # a sentence: why it is not valid, or why there is no confidence
    correction: str = ""  # what to tell the model to get a valid one; empty if no use


def early_stop_verdict(completion: Completion) -> Verdict | None:
    """Return the verdict on a completion that did not come to its end or has no text; None on any other."""
    words = {"stop": "", "length": "truncated"}
    why = words.get(completion.stop_reason, completion.stop_reason) or ("" if completion.text.strip() else "empty")
    return Verdict(confidence=None, why=why, valid=False) if why else None


def format_verdict(completion: Completion, parameters: Parameters, read: SchemaReader | None) -> Verdict:
    """Return whether the completion keeps the schema or is one of the choices, and its parsed value."""
    if read is not None:
        return _keeps_schema(completion.text, read)
    if not parameters.choices:
        return Verdict(confidence=None, why="valid", valid=True)
    label = label_of(completion.text, parameters.choices)
    if label is None:
        wrong = f"the completion is none of the choices, or several: {_excerpt(completion.text)}"
        again = f"Reply again with exactly one of these labels and nothing else: {listed(parameters.choices)}."
        return _invalid("choices", wrong, again)
    return Verdict(confidence=None, why="choices", valid=True, parsed=label, output=label)


def _keeps_schema(text: str, read: SchemaReader) -> Verdict:
    try:
        found = json_reply(text)
    except JsonReplyError as error:
        return _invalid("schema", f"{error}: {_excerpt(text)}", _CORRECTED_JSON)
    reply = read(found.value)
    if reply.wrong is not None:
        return _invalid("schema", reply.wrong, _CORRECTED_JSON, reply.value)
    output = found.text if reply.value is found.value else written(reply.value)
    return Verdict(confidence=None, why="schema", valid=True, parsed=reply.value, output=output)


def _invalid(why: str, wrong: str, again: str, parsed: Json = None) -> Verdict:
    correction = f"Your reply was not accepted: {wrong}. {again}"
    return Verdict(confidence=None, why=why, valid=False, parsed=parsed, detail=wrong, correction=correction)


def _excerpt(text: str) -> str:
    """Return the beginning of a completion in quotes, on one line."""
    words = " ".join(text.split())
    return f"'{words}'" if len(words) <= _SHOWN else f"'{words[:_SHOWN].rstrip()}...'"
