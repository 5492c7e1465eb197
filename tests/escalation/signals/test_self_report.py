"""What a completion says of its own confidence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.escalation.signals.self_report import self_reported


@pytest.mark.parametrize(
    ("value", "confidence"),
    [
        ("0.85", 0.85), ("1", 1.0), ("0", 0.0), ("85", 0.85), ("100", 1.0), ('"85 %"', 0.85),
        ('"85%"', 0.85), ('"0.85"', 0.85),
        ('"8/10"', 0.8), ('"90 / 100"', 0.9), ('"70 percent"', 0.7), ('"high"', 5 / 6),
        ('" Medium"', 0.5), ('"LOW"', 1 / 6),
        ('"1%"', 0.01), ('".5"', 0.5),
    ],
)  # fmt: skip
def test_a_confidence_is_read_however_it_is_written(value: str, confidence: float) -> None:
    assert self_reported(f'{{"answer": 3, "confidence": {value}}}') == pytest.approx(confidence)


@pytest.mark.parametrize(
    "text",
    [
        "", "confidence: 0.9", '{"answer": 3}', '{"confidence": null}', '{"confidence": true}', '{"confidence": -1}',
        '{"confidence": 1.5}', '{"confidence": 101}', '{"confidence": "120 %"}', '{"confidence": "so so"}', "[0.9]",
        '{"confidence": [0.9]}', '{"confidence": 0.2, "Confidence": 0.9}', '{"confidence": "12/10"}',
    ],
)  # fmt: skip
def test_what_is_not_a_confidence_is_none(text: str) -> None:
    assert self_reported(text) is None


def test_the_name_may_be_written_large_and_the_json_stand_in_a_fence() -> None:
    assert self_reported('Here:\n```json\n{"answer": "B", "Confidence": 0.7}\n```') == 0.7


@given(st.floats(-1, 120) | st.integers(-1, 120))
def test_a_number_is_a_probability_up_to_1_a_percentage_from_2_and_else_no_confidence(value: float) -> None:
    confidence = self_reported(json.dumps({"confidence": value}))
    expected = value if 0 <= value <= 1 else value / 100 if 2 <= value <= 100 else None

    assert confidence == expected
    if value >= 0:
        assert self_reported(json.dumps({"confidence": f"{abs(value):.3f} %"})) == (
            pytest.approx(value / 100, abs=1e-5) if round(value, 3) <= 100 else None
        )


@given(st.text())
def test_any_text_is_read_without_complaint(text: str) -> None:
    self_reported(text)
    self_reported(f'{{"confidence": "{text}"}}')
