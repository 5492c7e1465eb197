"""What a completion asserts, written so that completions with equal assertions have equal canonical texts.

Two models that answer "**18** dollars." and {"answer": "$18.00"} agree; two essays never do. Wherever a reading is in
doubt the canonical text differs or is None: a missed agreement costs one call, a false one a wrong completion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scrimp.answers.assertions import SHORT_CHARACTERS, assertion
from scrimp.answers.final_answer import concluding_answer, marked_answer, stated_amount
from scrimp.answers.labels import label_of
from scrimp.answers.literals import ParsedValue, canonical_literal, json_in, literal_in, unfenced
from scrimp.answers.non_answers import is_non_answer
from scrimp.answers.numerals import is_plain_integer, number_in
from scrimp.answers.reasoning import without_reasoning
from scrimp.regexes import pattern
from scrimp.values import Json, JsonObject

# Fields in which a model reasons; they are never the same twice and assert nothing of their own.
_REASONING_FIELDS = frozenset((
    "reasoning", "reason", "explanation", "rationale", "thought", "thoughts", "thinking", "analysis", "steps",
    "justification", "working", "chain_of_thought", "scratchpad", "comment", "comments", "notes", "confidence",
))  # fmt: skip
_ANSWER_FIELDS = frozenset((
    "answer", "final_answer", "final answer", "finalanswer", "result", "prediction", "label", "output",
))  # fmt: skip
_LITERAL_OPENINGS = "'\"[("  # of literals, where "answer is" would be a quotation
_MAX_REDUCTIONS = 4  # reductions to a fixed point; a text that needs more is not understood


def canonical(text: str, choices: tuple[str, ...] = (), schema: JsonObject | None = None) -> str | None:
    """Return what a completion asserts, or None for open-ended text and for what answers nothing ("I don't know").

    With choices it is the label given; with a schema the JSON field by field; otherwise the number, literal, option
    letter, yes or no, or few words that the completion boils down to. A canonical text is its own canonical text.
    """
    asserted = _said(text, choices, schema)
    return None if asserted is None or (not choices and _answers_nothing(asserted)) else asserted


def declines(text: str, choices: tuple[str, ...] = (), schema: JsonObject | None = None) -> bool:
    """Return whether a completion says that there is no answer, or that none will be given."""
    if choices:
        return False
    asserted = _said(text, choices, schema)
    return is_non_answer(without_reasoning(text).strip()) if asserted is None else _answers_nothing(asserted)


def _said(text: str, choices: tuple[str, ...], schema: JsonObject | None) -> str | None:
    if choices:
        return label_of(text, choices)
    text = without_reasoning(text).strip()
    if schema is None:
        return _fixed_point(text, _reduce)
    parsed = json_in(text)
    return None if parsed is None else _fields(parsed.value)


def _answers_nothing(asserted: str) -> bool:
    """Return whether what is asserted is not an answer; of JSON, whether no field has one."""
    if asserted[:1] == "{":
        parsed = json_in(asserted)
        leaves = list(_leaves(parsed.value)) if parsed is not None else []
        return bool(leaves) and all(map(is_non_answer, leaves))
    return is_non_answer(asserted)


def _leaves(value: Json) -> Iterator[str]:
    match value:
        case dict():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)
        case _:
            yield str(value)


def _fixed_point(text: str, reduce: Callable[[str], str | None]) -> str | None:
    for _ in range(_MAX_REDUCTIONS):
        reduced = reduce(text)
        if reduced is None or reduced == text:
            return reduced
        text = reduced
    return None


def _reduce(text: str) -> str | None:
    if is_plain_integer(text):
        return text
    if "{" in text:
        parsed = json_in(text, lenient=True) or _json_as_python(text)
        if parsed is not None and isinstance(parsed.value, dict) and parsed.value:
            return _object(parsed.value)
    text = unfenced(text)
    stated = None if text[:1] in _LITERAL_OPENINGS else marked_answer(text)
    if stated is not None:
        asserted = assertion(stated)
        return asserted if asserted is not None else _assertion_of(stated_amount(stated))
    asserted = assertion(text)
    return asserted if asserted is not None else _assertion_of(concluding_answer(text))


def _assertion_of(stated: str | None) -> str | None:
    return None if stated is None else assertion(stated)


def _json_as_python(text: str) -> ParsedValue | None:
    """Return the value of a text that is a Python literal, if JSON can hold it."""
    parsed = literal_in(text)
    return parsed if parsed is not None and _is_json(parsed.value) else None


def _is_json(value: object) -> bool:
    """Return whether JSON could hold the value; some dicts only Python can."""
    match value:
        case dict():
            return all(isinstance(key, str) and _is_json(inner) for key, inner in value.items())
        case list():
            return all(map(_is_json, value))
        case _:
            return value is None or isinstance(value, (str, int, float))


def _object(value: JsonObject) -> str | None:
    """Reduce an object to its answer where that is its only field that asserts anything, else to its fields."""
    fields = ((key.casefold(), inner) for key, inner in value.items())
    asserted = {key: inner for key, inner in fields if key not in _REASONING_FIELDS}
    if len(asserted) != 1:
        return _fields(value)
    ((key, answer),) = asserted.items()
    if key not in _ANSWER_FIELDS:
        return _fields(value)
    match answer:
        case str():
            return _answer_text(answer)
        case list():
            return canonical_literal(answer)
        case _:
            return _fields(answer)


def _answer_text(answer: str) -> str | None:
    """Reduce the text of an answer field; what only a JSON string can hold, such as two spaces, stays as it is."""
    if is_plain_integer(answer):
        return answer
    bare = answer.strip()
    asserted = _reduce(bare) if bare else None
    if len(answer) > SHORT_CHARACTERS or (asserted is not None and bare[0] in _LITERAL_OPENINGS):
        return asserted
    padding = len(answer) - len(bare)
    if asserted is None:
        exact = not any(map(str.isalnum, bare)) or "\n" in bare
    else:
        spaced = pattern(r"\s\s|[\t\n\r]").search(bare) is not None
        exact = spaced or padding > 2 or (padding > 0 and asserted != number_in(bare))
    return canonical_literal(answer) if exact else asserted


def _fields(value: Json) -> str | None:
    """Write JSON field by field, without reasoning; None as soon as one field is open-ended."""
    reduced = _field(value)
    return reduced if reduced is None or isinstance(reduced, str) else _dump(reduced)


def _field(value: Json) -> Json:
    match value:
        case dict():
            fields = {key: _field(inner) for key, inner in value.items() if key.casefold() not in _REASONING_FIELDS}
            return None if None in fields.values() else fields
        case list():
            items = [_field(inner) for inner in value]
            return None if None in items else items
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            # A single letter is not an option here: "b" and "B" may be two things.
            return value if len(value) == 1 else _fixed_point(value, assertion) if value.strip() else ""
        case _:
            return number_in(repr(value)) or repr(value)


def _dump(value: Json) -> str:
    import json  # only where a completion has fields

    return json.dumps(value, ensure_ascii=False, sort_keys=True)
