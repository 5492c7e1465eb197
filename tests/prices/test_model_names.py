from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.enums import Effort
from scrimp.prices.model_names import is_same_model, resolve, without_effort

NAMES = {
    "gpt-4o": "gpt-4o",
    "gpt-4o-2024-05-13": "gpt-4o-2024-05-13",
    "gpt-4o-latest": "gpt-4o",
    "gemini-3.8-flash": "gemini-3.8-flash",
    "ft:gpt-4o": "ft:gpt-4o",
}
STEMS = {"gemini-3.8-flash": "gemini-3.8-flash"}


@pytest.mark.parametrize(
    ("name", "row", "rule"),
    [
        ("gpt-4o", "gpt-4o", "exact"),
        ("GPT-4o", "gpt-4o", "exact"),
        ("gpt-4o-latest", "gpt-4o", "alias"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13", "exact"),
        ("gpt-4o-20240513", "gpt-4o-2024-05-13", "exact"),
        ("gpt-4o-2027-01-15", "gpt-4o", "dated suffix stripped"),
        ("gpt-4o@20270115", "gpt-4o", "dated suffix stripped"),
        ("ft:gpt-4o-2024-08-06:ours::AbC1", "ft:gpt-4o", "dated suffix stripped"),
        ("gemini-3.8-flash-001", "gemini-3.8-flash", "snapshot of an alias"),
        ("gemini-3.8-flash-latest", "gemini-3.8-flash", "snapshot of an alias"),
        ("gemini-3.8-flash-preview-09-2026", "gemini-3.8-flash", "snapshot of an alias"),
    ],
)
def test_a_name_means_the_row_its_rule_finds(name: str, row: str, rule: str) -> None:
    assert resolve(name, NAMES, STEMS) == (row, rule)


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o-mini",
        "gpt-4",
        "gpt-4o-001",
        "gpt-4o-preview",
        "gpt-4o-2024-13-01",
        "gemini-3.8-flash-lite",
        "gemini-3.8",
        "",
    ],
)
def test_a_bare_prefix_means_nothing(name: str) -> None:
    assert resolve(name, NAMES, STEMS) is None


@given(st.text(min_size=1), st.sampled_from(get_args(Effort)))
def test_a_name_without_its_effort_is_the_name_before_the_at_sign(name: str, effort: str) -> None:
    assert without_effort(f"{name}@{effort}") == name
    assert without_effort(f"{name}@{effort}x") == f"{name}@{effort}x"
    assert is_same_model(f"gpt-5-{effort}@{effort}", f"openai/gpt-5-{effort}")
