"""Secrets are found again however a provider repeats them, and nothing else is taken for one."""

from __future__ import annotations

import base64
import string
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.config.resolved.known_secrets import KnownSecrets

KEY = "AbCdEfGhIj-0123456789_KlMnOpQr/StUv+Wx="
SPELLINGS = {
    "as it is": KEY,
    "in capitals": KEY.upper(),
    "backwards": KEY[::-1],
    "in a URL": urllib.parse.quote(KEY, safe=""),
    "in hexadecimal digits": KEY.encode().hex(),
    "in base64": base64.b64encode(KEY.encode()).decode(),
    "in base64 for URLs": base64.urlsafe_b64encode(KEY.encode()).decode(),
    "as a user's password": base64.b64encode(f"ada:{KEY}".encode()).decode(),
    "in two halves": f"{KEY[:18]} {KEY[18:]}",
    "in small pieces": " ".join(KEY[start : start + 3] for start in range(0, len(KEY), 3)),
    "without its last character": KEY[:-1],
    "cut": KEY[:12],
    "quoted in JSON twice": KEY.replace("/", "\\\\/"),
}
CHARACTERS = string.ascii_letters + string.digits + "-_"


def known(*values: str) -> KnownSecrets:
    secrets = KnownSecrets()
    for number, value in enumerate(values):
        secrets.add(str(number), value)
    return secrets


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_found_in_any_spelling(spelling: str) -> None:
    shown = known(KEY).redact(f"the header said: {spelling}, which is wrong")

    assert shown.startswith("the header said: ")
    assert shown.endswith(", which is wrong")
    assert "[key]" in shown
    assert len(shown) < len("the header said: [key], which is wrong") + 10  # the user's own name stays


@pytest.mark.parametrize("value", ["hunter-22", "tok-9f3a7c1e", "9f3a7c1e55aa77b"])
@pytest.mark.parametrize("spelled", [
    str, str.upper, lambda value: value[::-1], lambda value: value.encode().hex(), " ".join,
    lambda value: base64.b64encode(f"a:{value}".encode()).decode(), lambda value: urllib.parse.quote(f"{value}/x"),
])  # fmt: skip
def test_a_secret_of_eight_letters_and_digits_or_more_is_found_whole_in_any_spelling(
    value: str, spelled: Callable[[str], str]
) -> None:
    shown = known(value).redact(f"it said {spelled(value)}: no")

    assert shown.startswith("it said ")
    assert shown.endswith(": no")
    assert "[key]" in shown
    assert len(shown) < len("it said [key]: no") + 8


def test_pieces_of_a_secret_below_sixteen_letters_and_digits_are_words() -> None:
    assert known("development-x").redact("a developer of x in development") == "a developer of x in development"
    assert known("development-x").redact("in Development X") == "in [key]"


@given(st.text(CHARACTERS, min_size=16, max_size=60), st.text(max_size=30), st.text(max_size=30), st.data())
def test_no_eight_characters_of_a_secret_are_left_wherever_a_text_is_cut(
    key: str, before: str, after: str, data: st.DataObject
) -> None:
    text = before + key + after
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    shown = known(key).redact(text[start:end])

    assert key not in shown
    if letters_and_digits(key) >= 16:
        left = [piece for at in range(len(key) - 7) if (piece := key[at : at + 8]) in shown]
        assert not [piece for piece in left if letters_and_digits(piece) == 8]


def letters_and_digits(text: str) -> int:
    return sum(character.isalnum() for character in text)


@given(st.text(CHARACTERS, min_size=4, max_size=12), st.lists(st.text("ab-" + CHARACTERS[:6], max_size=9), max_size=9))
def test_a_text_that_holds_no_secret_is_shown_as_it_is_in_whatever_pieces_it_comes(key: str, pieces: list[str]) -> None:
    secrets = known(key)
    whole = "".join(pieces)

    assert secrets.redact_whole(whole) == whole.replace(key, "[key]")
    for size in range(len(whole)):
        left = whole[: len(whole) - size]
        held = secrets.unfinished(left)
        assert held == max(length for length in range(min(len(key), len(left) + 1)) if left.endswith(key[:length]))


def test_short_words_and_pieces_of_ordinary_keys_are_left_in_messages() -> None:
    message = "ollama has no model 'not-needed-here'; an api key is not needed"

    assert known("key", "no-key-needed").redact(message) == message


def test_a_secret_that_begins_with_another_is_replaced_as_one() -> None:
    assert known("abcdefgh", "abcdefgh-5678").redact_whole("x abcdefgh-5678 abcdefgh") == "x [key] [key]"


def test_what_was_clean_before_a_secret_was_known_is_looked_at_again() -> None:
    secrets, message = known("another-secret-0001"), "the model is called tulip-91-garden"
    assert secrets.redact(message) == secrets.redact(message) == message
    secrets.add("later", "tulip-91-garden")

    assert secrets.redact(message) == "the model is called [key]"
