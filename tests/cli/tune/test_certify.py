from __future__ import annotations

import json

import recordings
from command import Scrimp


def test_a_certificate_says_in_words_what_is_kept_and_saved(gathered: Scrimp) -> None:
    ran = gathered("tune", "certify", "recording.jsonl")

    assert ran.status == 0, ran.err
    assert (
        "gemini-tiny and gpt-tiny agree: with 95 % confidence at least 99.9 % of flagship quality, 400 pairs, "
        in ran.out
    )
    assert "saves 74 %; 98 % would be certified as well" in ran.out
    assert "%." not in ran.out.replace(" %", "")


def test_what_is_not_certified_is_said_with_what_would(recorded: Scrimp) -> None:
    recorded.file("few.jsonl", recordings.text(recordings.rows(30)))
    ran = recorded("tune", "certify", "few.jsonl", "--target", "0.98")

    assert ran.status == 0
    assert "nothing is certified at 98 % by 30 pairs: the flagship stays; " in ran.out
    assert "more labels would certify 98 %" in ran.out


def test_the_document_of_a_certificate_is_complete(recorded: Scrimp) -> None:
    found = json.loads(recorded("tune", "certify", "recording.jsonl", "--json").out)
    (claim,) = found["claims"]

    assert {"target", "risk", "flagship", "policy", "kept", "flag", "saved", "cost_usd", "unlabelled"} <= found.keys()
    assert claim["certified"]
    assert claim["tested"][0]["p"] <= claim["risk"] == 0.025  # of the first look
    assert claim["sentence"] in recorded("tune", "certify", "recording.jsonl").out
