"""What a provider says is wrong: its codes and its sentence, wherever in a reply they stand."""

from __future__ import annotations

import re

from scrimp.providers.endpoint import HttpReply
from scrimp.providers.json_access import array, obj, reply_value
from scrimp.values import Json, JsonObject

_MAX_WORDS = 300  # characters
_MAX_DEPTH = 5
# Where a sentence may stand, the most specific first; under each there may be a string, an object or a list.
_PLACES = (
    "message", "error_description", "error_message", "errorMessage", "detail", "msg", "error", "details", "errors",
    "Message", "description", "title", "reason",
)  # fmt: skip
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", re.IGNORECASE | re.DOTALL)


def error_object(reply: HttpReply) -> tuple[JsonObject, JsonObject]:
    """Return the body of a reply and the error object in it: nested (OpenAI, Anthropic, Gemini) or the body (Mistral).

    Gemini's OpenAI-compatible endpoint wraps the body in a list.
    """
    value = reply_value(reply)
    body = obj(value[0]) if isinstance(value, list) and value else obj(value)
    return body, obj(body, "error") or body


def error_codes(body: JsonObject, error: JsonObject) -> set[str]:
    """Return the machine-readable codes of an error from every place where providers put them."""
    details = [obj(detail) for detail in array(error.get("details"))]
    candidates = (
        error.get("code"), error.get("type"), error.get("status"), body.get("code"), body.get("type"),
        obj(error, "details").get("error_code"), obj(error, "metadata").get("error_type"),
        *(detail.get("reason") for detail in details),
    )  # fmt: skip
    return {code for code in candidates if isinstance(code, str)}


def provider_words(reply: HttpReply) -> str:
    """Return the provider's own sentence on one line, cut to a readable length; "" where it says nothing.

    It is taken from JSON of any shape, else from the title of an HTML page, else from the start of the text.
    """
    value = reply_value(reply)
    words = _page_or_text(reply.body) if value is None else _sentence(value, _MAX_DEPTH)
    line = " ".join(words.split()).rstrip(".")
    return line if len(line) <= _MAX_WORDS else line[: _MAX_WORDS - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _sentence(value: Json, depth: int) -> str:
    """Return the first text under one of the places, at most `depth` levels down."""
    if isinstance(value, str):
        return value
    if not depth or not value:  # missing or empty values say nothing, at any depth
        return ""
    if isinstance(value, list):
        return next(filter(str.strip, (_sentence(each, depth - 1) for each in value)), "")
    found = (_sentence(obj(value).get(place), depth - 1) for place in _PLACES)
    return next(filter(str.strip, found), "")


def _page_or_text(body: bytes) -> str:
    text = body[:100_000].decode("utf-8", "replace")
    title = _TITLE.search(text)
    if title and title[1].strip():
        return title[1]
    return _TAG.sub(" ", text) if text.lstrip().startswith("<") else text


def code_number(error: JsonObject) -> int | None:
    """Return the HTTP status that an error carries as its code (OpenRouter, Gemini), also as text (LiteLLM)."""
    code = error.get("code")
    if isinstance(code, str) and re.fullmatch(r"[45]\d\d", code):
        code = int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600 else None
