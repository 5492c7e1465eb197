from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.config import secret_patterns
from scrimp.config.secret_patterns import is_variable_name, redact_secrets


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


@given(st.from_regex(secret_patterns._PATTERN) | st.text())
def test_a_text_without_a_mark_of_any_shape_has_none(text: str) -> None:
    assert redact_secrets(text) == re.sub(secret_patterns._PATTERN, "[key]", text)


@given(st.from_regex(r"[A-Za-z0-9_\u00e9 ]*") | st.text(max_size=3))
def test_a_variable_is_named_by_letters_digits_and_underscores(text: str) -> None:
    assert is_variable_name(text) == (re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", text) is not None)
