"""A provider as configured: it knows where its key is, never the key."""

from __future__ import annotations

import pytest

from providers.dialect_replies import request
from scrimp.providers.endpoint import Endpoint, HttpRequest
from scrimp.providers.presets import PRESETS


@pytest.mark.parametrize(
    ("transport", "base_url", "recording"),
    [
        ("replay", "replay:answers.jsonl", "answers.jsonl"), ("replay", "replay:/a/b:c.jsonl", "/a/b:c.jsonl"),
        ("http", "http://localhost:8000/v1", None), ("local", "local:", None), ("http", "replay:answers.jsonl", None),
    ],
)  # fmt: skip
def test_only_a_replayed_provider_has_a_recording(transport: str, base_url: str, recording: str | None) -> None:
    endpoint = Endpoint(name="x", dialect="openai", base_url=base_url, transport=transport)  # type: ignore[arg-type]  # a word of the table

    assert endpoint.recording == recording


def test_a_custom_endpoint_sends_a_bearer_token_and_has_no_key_variable() -> None:
    endpoint = Endpoint(name="mine", dialect="openai", base_url="http://localhost:9/v1")

    assert (endpoint.auth_header, endpoint.auth_prefix, endpoint.key_env) == ("authorization", "Bearer ", None)
    assert (endpoint.transport, endpoint.flavour, endpoint.price_provider) == ("http", "generic", None)
    assert (endpoint.rpm, endpoint.tpm) == (None, None)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_request_is_posted_without_any_secret(preset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "HELICONE_API_KEY", "PORTKEY_API_KEY"):
        monkeypatch.setenv(variable, "sk-very-secret")
    sent: HttpRequest = request(preset)

    assert sent.method == "POST"
    assert "sk-very-secret" not in f"{sent}"
    assert not {"authorization", "x-api-key", "x-goog-api-key", "x-portkey-api-key", "helicone-auth"} & set(
        sent.headers
    )


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://api.example/v1/files", True), ("https://API.example:443/other", True), ("http://api.example/v1", False),
        ("https://api.example.evil/v1", False), ("https://api.example@evil/v1", False), ("https://api.example:8443", False),
        ("https://[api", False), ("https://api.example:x", False), ("", False),
    ],
)  # fmt: skip
def test_a_key_may_go_to_the_providers_own_host_alone(url: str, own: bool) -> None:
    endpoint = Endpoint(name="mine", dialect="openai", base_url="https://api.example/v1")

    assert endpoint.is_own(url) is own
