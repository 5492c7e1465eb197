"""The limits of batches, as the manual tells them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import scrimp
from providers.batches.exchanges import flow_of
from scrimp.providers.batches import batch_flow
from scrimp.providers.presets import PRESETS

_PAGE = Path(scrimp.__file__).parent / "manual" / "scrimp-providers.7.md"
_SECTION = _PAGE.read_text(encoding="utf-8").partition("## Batch APIs\n")[2].partition("\n## ")[0]
_ROWS = {
    name.strip(): [cell.strip() for cell in cells]
    for names, *cells in (line.strip("| ").split("|") for line in _SECTION.splitlines() if re.match(r"\| [a-z]", line))
    for name in names.split(",")
    if name.strip() != "provider"
}


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.0f} h" if seconds <= 2 * 86_400 else f"{seconds / 86_400:.0f} d"


def test_all_providers_with_batches_are_told() -> None:
    gateways = {"helicone-openai"}  # the API of the provider behind it
    assert set(_ROWS) == {name for name, endpoint in PRESETS.items() if batch_flow(endpoint)} - gateways


@pytest.mark.parametrize("name", _ROWS)
def test_the_manual_tells_the_limits_that_are_kept_to(name: str) -> None:
    limits = flow_of(name).limits
    window = _duration(limits.window)
    if limits.longest_window > limits.window:
        window += f" to {_duration(limits.longest_window)}"
    kept = "not stated" if limits.results_kept is None else _duration(limits.results_kept)
    assert _ROWS[name] == [f"{limits.requests:,}", f"{limits.bytes / 1e6:,.0f} MB", window, kept]
