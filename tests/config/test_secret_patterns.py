from __future__ import annotations

import pytest

from scrimp.config.secret_patterns import redact_secrets


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-AbCdEf0123456789",
        "sk-ant-api03-AbCdEf0123456789",
        "AIzaSyA0123456789abcdefghijklmnopqrstu",
        "gsk_0123456789abcdefghij",
        "tm-0123456789abcdef",
        "fw_3ZabcdefghijklmnopqrstU",
        "tgp_v1_0123456789-abcdefghij_klm",
        "xai-0123456789abcdefghij",
    ],
)
def test_anything_with_the_shape_of_a_key_is_redacted(key: str) -> None:
    assert redact_secrets(f"bad key {key}.") == "bad key [key]."


def test_bearer_tokens_and_passwords_in_urls_are_redacted() -> None:
    assert redact_secrets("authorization: Bearer abc.def-0123456789==") == "authorization: Bearer [key]"
    assert redact_secrets("https://ada:hunter2@proxy.example/v1") == "https://[key]@proxy.example/v1"


def test_the_signature_of_an_address_is_redacted() -> None:
    address = "https://storage.example/f.jsonl?X-Goog-Expires=599&X-Goog-Signature=0123456789abcdef0123&a=b"
    assert redact_secrets(address) == "https://storage.example/f.jsonl?X-Goog-Expires=599&[key]&a=b"


def test_ordinary_words_are_kept() -> None:
    text = "openai/gpt-6-luna said: task-oriented, risk-averse; see https://example.com:8080/v1"

    assert redact_secrets(text) == text
