from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import InputError, UsageError
from scrimp.read.recordings import read_recording, recording_prices
from scrimp.tuning.recorded_prompt import RecordedReply
from scrimp.values import Usage

PRICES = {"small": (Decimal("0.1"), Decimal("0.4"))}


def file(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "recording.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_a_whole_line_is_read_whole(tmp_path: Path) -> None:
    models = {"small": {"out": "18", "score": 1, "completion_tokens": 4, "prompt_tokens": 30, "mood": "odd"}}
    path = file(
        tmp_path, {"id": 7, "task": "sums", "prompt": "9 + 9?", "prompt_tokens": 20, "gold": 18, "models": models}
    )
    (prompt,) = read_recording(path, PRICES)

    assert (prompt.id, prompt.task, prompt.text, prompt.gold) == ("7", "sums", "9 + 9?", "18")
    assert prompt.replies["small"] == RecordedReply(
        output="18", score=1.0, usage=Usage(input=30, output=4), cost=Decimal("0.0000046")
    )


def test_what_is_missing_is_not_known(tmp_path: Path) -> None:
    path = file(tmp_path, {"models": {"small": {}}}, {"id": "", "models": {"small": {"score": False}}})
    first, second = read_recording(path, PRICES)

    assert (first.id, first.text, first.replies["small"]) == ("1", "", RecordedReply())
    assert (second.id, second.replies["small"].score) == ("", 0.0)


def test_a_recorded_cost_goes_before_a_price(tmp_path: Path) -> None:
    path = file(tmp_path, {"prompt_tokens": 1, "models": {"small": {"completion_tokens": 1, "cost": 0.25}}})
    (prompt,) = read_recording(path, PRICES)

    assert prompt.replies["small"].cost == Decimal("0.25")


def test_assumed_lengths_are_told_once_with_the_models(tmp_path: Path) -> None:
    told: list[str] = []
    line = {"prompt_tokens": 10, "models": {"small": {}, "large": {"completion_tokens": 1}, "free": {"cost": 0}}}
    path = file(tmp_path, line, line)
    (prompt, _) = read_recording(path, PRICES, assumed_output=200, warn=told.append)

    assert prompt.replies["small"].usage == Usage(input=10, output=200)
    assert len(told) == 1
    assert "missing for small: 200 are assumed for each" in told[0]


def test_without_an_assumption_a_length_stays_unknown(tmp_path: Path) -> None:
    (prompt,) = read_recording(file(tmp_path, {"prompt_tokens": 10, "models": {"small": {}}}), PRICES, warn=pytest.fail)

    assert prompt.replies["small"].usage is None


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_named(tmp_path: Path, data: bytes) -> None:
    for name, content in (("plain", data), ("packed", b"\x1f\x8b" + data), ("whole", gzip.compress(data))):
        path = tmp_path / name
        path.write_bytes(content)
        assert complaint(path) == "" or complaint(path).startswith(str(path))


def complaint(path: Path) -> str:
    """Read a file; return why it cannot be read, nothing where it can."""
    try:
        list(read_recording(path, {}))
    except InputError as error:
        return str(error)
    return ""


def test_prices_beside_a_recording_are_found_and_notes_passed_over(tmp_path: Path) -> None:
    (tmp_path / "prices.json").write_text('{"models": {"small": [0.1, 0.4, "list price"]}}', encoding="utf-8")

    assert recording_prices(tmp_path / "recording.jsonl", None) == PRICES
    assert recording_prices(tmp_path / "elsewhere" / "recording.jsonl", None) == {}


@pytest.mark.parametrize(
    "text", ["[]", '{"models": {"a": [1]}}', '{"models": {"a": [1, null]}}', '{"models": {"a": 3}}', "\xff"]
)
def test_a_list_of_prices_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(UsageError, match=r"list\.json"):
        recording_prices(tmp_path / "recording.jsonl", str(path))


def test_a_list_of_prices_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="--prices: no-such-file cannot be read"):
        recording_prices(Path("recording.jsonl"), "no-such-file")
