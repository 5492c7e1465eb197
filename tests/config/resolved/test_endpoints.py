from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.resolved.endpoints import endpoint_of
from scrimp.config.schema import ProviderTable
from scrimp.errors import ConfigError
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.presets import PRESETS


def endpoint(name: str, **table: object) -> Endpoint:
    return endpoint_of(name, msgspec.convert(table, ProviderTable))


def test_a_table_overrides_only_the_fields_it_has() -> None:
    preset = PRESETS["openrouter"]

    assert endpoint("openrouter", rpm=60, headers={"x": "y"}) == replace(
        preset, rpm=60, headers={**preset.headers, "x": "y"}
    )


def test_an_empty_table_changes_nothing() -> None:
    assert endpoint("openai") == PRESETS["openai"]


def test_a_provider_of_the_users_own_takes_its_key_as_the_vendor_of_its_dialect() -> None:
    gateway = endpoint("gate", dialect="anthropic", base_url="https://gate.example", key_env="GATE_KEY")
    plain = endpoint("plain", dialect="openai", base_url="https://plain.example/v1")

    assert (gateway.auth_header, gateway.auth_prefix) == ("x-api-key", "")
    assert "anthropic-version" in gateway.headers
    assert (plain.auth_header, plain.auth_prefix, plain.key_env) == ("authorization", "Bearer ", None)
    keys = KeyRing({"GATE_KEY": "k"}, {})
    assert (keys.has(gateway), keys.has(plain)) == (True, True)


@pytest.mark.parametrize(
    ("base_url", "transport"),
    [
        ("https://x.example/v1", "http"),
        ("http://localhost:1/v1", "http"),
        ("local:", "local"),
        ("replay:answers.jsonl.gz", "replay"),
    ],
)
def test_the_address_decides_the_transport(base_url: str, transport: str) -> None:
    assert endpoint("own", dialect="openai", base_url=base_url).transport == transport


@pytest.mark.parametrize(
    ("name", "table", "message"),
    [
        ("opnai", {"rpm": 3}, r"providers\.opnai: 'opnai' is not a preset: did you mean openai"),
        ("own", {"dialect": "openai"}, r"needs dialect \(openai, anthropic or gemini\) and base_url"),
        ("own", {"dialect": "openai", "base_url": "llm.example.com"}, "base_url 'llm.example.com' is not a URL"),
    ],
)
def test_an_incomplete_provider_is_an_error(name: str, table: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        endpoint(name, **table)


def test_a_password_in_a_wrong_url_is_not_printed() -> None:
    with pytest.raises(ConfigError) as caught:
        endpoint("own", dialect="openai", base_url="ftp://ada:hunter2@host")

    assert "hunter2" not in str(caught.value)
