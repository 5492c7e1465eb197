from __future__ import annotations

from decimal import Decimal

import pytest

from scrimp.config.amounts import dollars, failures, seconds, share
from scrimp.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("45s", 45), ("30m", 1800), ("6h", 21_600), ("90d", 7_776_000), ("2w", 1_209_600), ("0.5h", 1800)],
)
def test_durations_are_a_number_and_a_letter(text: str, wanted: float) -> None:
    assert seconds(text, "cache_ttl") == wanted


@pytest.mark.parametrize("text", ["", "90", "d", "-1d", "nand", "infd", "1y", "ninety days"])
def test_what_is_no_duration_is_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match=f"^cache_ttl '{text}' is no duration: write .*such as 90d"):
        seconds(text, "cache_ttl")


def test_dollars_keep_their_digits() -> None:
    assert dollars("0.10", "--max-cost") == dollars("$0.10", "--max-cost") == Decimal("0.10")


@pytest.mark.parametrize("text", ["", "five", "-1", "nan", "inf"])
def test_what_is_no_money_is_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match="is no amount of dollars"):
        dollars(text, "--max-cost")


def test_a_percentage_is_a_fraction_of_one() -> None:
    assert share("25%", "max_escalation") == 0.25


@pytest.mark.parametrize("text", ["25", "101%", "-1%", "nan%", "%"])
def test_what_is_no_percentage_is_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match="is no percentage"):
        share(text, "max_escalation")


def test_failures_are_rows_or_a_share() -> None:
    assert (failures("20", "x"), failures("5%", "x")) == ((20, None), (None, 0.05))
