"""What a provider repeats of a secret is not shown: not in errors, not in completions, not while they stream."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrimp.transport.redaction import RedactedStream, redacted
from scrimp.values import Completion, Failure
from transport.wire import OneSecret

SECRET = "abcabd-0123456789-xyz"
SECRETS = OneSecret(SECRET)


@given(
    st.lists(st.sampled_from(["a", "ab", "c", SECRET, SECRET[:7], SECRET[7:], SECRET[:-1], " ", "xyz"]), max_size=12)
)
def test_a_streamed_completion_shows_what_the_whole_one_says(pieces: list[str]) -> None:
    shown: list[str] = []
    stream = RedactedStream(shown.append, SECRETS)
    for piece in pieces:
        stream.show(piece)
    stream.finish()

    assert "".join(shown) == "".join(pieces).replace(SECRET, "[key]")
    assert "" not in shown


def test_a_piece_that_cannot_begin_a_secret_is_shown_at_once() -> None:
    shown: list[str] = []
    stream = RedactedStream(shown.append, SECRETS)
    stream.show("The answer is ab")

    assert shown == ["The answer is "]


def test_facts_of_a_completion_are_redacted_like_messages_and_its_text_only_where_the_secret_is_whole() -> None:
    completion = Completion(
        text=f"it is {SECRET}, {SECRET[:-1]}", usage=None, stop_reason="stop", model=SECRET[:-2],
        request_id=SECRET[::-1], service_tier="default",
    )  # fmt: skip
    shown = redacted(completion, SECRETS)

    assert isinstance(shown, Completion)
    assert shown.text == f"it is [key], {SECRET[:-1]}"
    assert (shown.model, shown.request_id, shown.service_tier) == ("[key]", "[key]", "default")
    assert redacted(Failure(kind="auth", message=f"bad {SECRET[:-1]}"), SECRETS).message == "bad [key]"  # type: ignore[union-attr]


def test_a_completion_without_a_secret_is_the_same_object() -> None:
    completion = Completion(text="fine", usage=None, stop_reason="stop", model="test-model")

    assert redacted(completion, SECRETS) is completion


def test_what_was_billed_of_a_failed_call_is_redacted_as_a_completion() -> None:
    billed = Completion(text=SECRET, usage=None, stop_reason="error", model=SECRET[:-2])
    failure = redacted(Failure(kind="server", message="no", billed=billed), SECRETS)

    assert isinstance(failure, Failure)
    assert failure.billed == redacted(billed, SECRETS) != billed
