from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from caching_provider import GeminiCache
from fake_provider import fake_provider
from scrimp.providers import gemini
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.stored_contents import StoredContent, can_store, stored_content, to_delete
from scrimp.values import Attachment, CacheMark, Call, Message, Parameters, PromptCache

ENDPOINT = PRESETS["gemini"]
HISTORY = (Message("user", "What is it?"), Message("assistant", "A ticket."))
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
CALL = Call(
    provider="gemini", model="gemini-3.8-flash", system="Be brief.", history=HISTORY, text="Chapter one. Why?",
    parameters=Parameters(max_output=9, temperature=0.5),
)  # fmt: skip
MARKS = {"system": CacheMark("system", 9), "history": CacheMark("history", 2), "text": CacheMark("text", 13)}


def said(*bodies: dict[str, Any]) -> list[tuple[str, str]]:
    """Return who says what in these bodies together; parts of one turn are one."""
    words: list[tuple[str, str]] = []
    for body in bodies:
        instruction = body.get("systemInstruction")
        for turn in [*([{"role": "system", **instruction}] if instruction else []), *body.get("contents", ())]:
            text = "".join(part["text"] for part in turn["parts"])
            if words and words[-1][0] == turn["role"]:
                text = words.pop()[1] + text
            words.append((turn["role"], text))
    return words


@pytest.mark.parametrize("part", MARKS)
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_what_is_stored_and_what_is_sent_with_its_name_say_together_what_the_call_says(
    part: str, schema: dict[str, Any] | None
) -> None:
    """The SDK is the judge of both requests: it makes the same bodies of the same things."""
    types = pytest.importorskip("google.genai.types", reason="the SDK of Google is not installed")
    from google.genai import caches

    call = replace(CALL, parameters=Parameters(max_output=9, temperature=0.5, schema=schema))
    request = gemini.to_store_request(call, MARKS[part], ENDPOINT, seconds=600)
    stored = json.loads(request.body)
    named = PromptCache(marks=(MARKS[part],), stored="cachedContents/c1")
    with_name, plain = (
        json.loads(gemini.to_request(each, ENDPOINT).body) for each in (replace(call, prompt_cache=named), call)
    )

    assert (request.method, request.url) == ("POST", f"{ENDPOINT.base_url}/cachedContents")
    config = types.CreateCachedContentConfig(
        ttl=stored["ttl"], display_name=stored["displayName"], contents=stored.get("contents"),
        system_instruction=stored["systemInstruction"],
    )  # fmt: skip
    parameter = types._CreateCachedContentParameters(model="gemini-3.8-flash", config=config)
    assert _plain(caches._CreateCachedContentParameters_to_mldev(_Client(), parameter)) == stored
    assert with_name["cachedContent"] == "cachedContents/c1"
    assert said(stored, with_name) == said(plain)
    assert {key: with_name[key] for key in with_name.keys() - {"contents", "cachedContent"}} == {
        key: plain[key] for key in plain.keys() - {"contents", "systemInstruction"}
    }


class _Client:
    vertexai = False


def _plain(value: Any) -> Any:
    """Return what the SDK sends as JSON, without what it leaves empty."""
    if hasattr(value, "model_dump"):
        value = value.model_dump(exclude_none=True, by_alias=True)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if each is not None and name != "_url"}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def test_only_what_ends_with_a_turn_or_in_the_middle_of_the_prompt_can_be_stored() -> None:
    attached = Call(
        provider="gemini", model="gemini-3.8-flash", text="Chapter one. Why?",
        attachments=(Attachment(name="https://x/a.png", media_type="image/png", identity="https://x/a.png"),),
    )  # fmt: skip

    assert all(can_store(CALL, mark) for mark in MARKS.values())
    assert not can_store(CALL, CacheMark("system", 5))
    assert not can_store(CALL, CacheMark("text", len(CALL.text)))
    assert not can_store(attached, MARKS["text"])
    assert not can_store(attached, CacheMark("attachments", 1))


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (403, "CachedContent not found (or permission denied)", "cache_gone"),
        (404, "not found", "cache_gone"),
        (400, "Cached content c1 is expired.", "cache_gone"),
        (400, "contents are missing", "invalid"),
        (503, "overloaded", "server"),
    ],
)
def test_an_error_reply_says_whether_what_was_stored_is_gone(status: int, message: str, kind: str) -> None:
    reply = HttpReply(status=status, body=json.dumps({"error": {"code": status, "message": message}}).encode())
    named = PromptCache(marks=(MARKS["system"],), stored="cachedContents/c1")
    call = Call(provider="gemini", model="gemini-3.8-flash", text="hi", prompt_cache=named)
    result, plain = (
        gemini.to_completion(reply, each, ENDPOINT) for each in (call, Call(provider="gemini", model="m", text="hi"))
    )

    assert getattr(result, "kind", None) == kind
    assert getattr(plain, "kind", None) != "cache_gone"


def test_a_reply_tells_the_name_and_the_size_of_what_was_stored_or_nothing_was() -> None:
    whole = {"name": "cachedContents/c1", "usageMetadata": {"totalTokenCount": 5000}}
    assert stored_content(HttpReply(status=200, body=json.dumps(whole).encode())) == StoredContent(
        "cachedContents/c1", 5000
    )
    for status, body in ((400, whole), (200, {"name": "cachedContents/c1"}), (200, {}), (200, [])):
        assert stored_content(HttpReply(status=status, body=json.dumps(body).encode())) is None
    request = to_delete("cachedContents/c1", ENDPOINT)
    assert (request.method, request.url) == ("DELETE", f"{ENDPOINT.base_url}/cachedContents/c1")


def test_the_sdk_stores_reads_and_deletes_where_and_as_scrimp_does() -> None:
    genai = pytest.importorskip("google.genai", reason="the SDK of Google is not installed")
    types, cache, model = genai.types, GeminiCache(every=9), "gemini-3.8-flash"
    with fake_provider(cache.answer) as provider:
        base_url, _, version = provider.url.rpartition("/")
        client = genai.Client(
            api_key="test", vertexai=False, http_options=types.HttpOptions(base_url=base_url, api_version=version)
        )
        config = types.CreateCachedContentConfig(system_instruction="Be brief. " * 20, ttl="300s")
        made = client.caches.create(model=model, config=config)
        named = types.GenerateContentConfig(cached_content=made.name)
        said = client.models.generate_content(model=model, contents="Why?", config=named)
        client.caches.delete(name=made.name)
        client.close()
        endpoint = replace(ENDPOINT, base_url=provider.url)

    ours = [
        gemini.to_store_request(CALL, MARKS["text"], endpoint, seconds=300), gemini.to_request(CALL, endpoint),
        to_delete("cachedContents/c0", endpoint),
    ]  # fmt: skip
    assert [request.url.removeprefix(base_url) for request in ours] == provider.paths
    assert (made.name, made.usage_metadata.total_token_count) == ("cachedContents/c0", 50)
    assert said.usage_metadata.cached_content_token_count == 50
    assert not cache.stored
