"""The contracts between rooms leave no room out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]
LAYERS = [
    set(layer.split(" | "))
    for contract in CONTRACTS
    if contract["name"] == "imports point down"
    for layer in contract["layers"]
]


def test_every_room_below_the_doors_to_the_outside_knows_only_its_arguments() -> None:
    (pure,) = (contract for contract in CONTRACTS if "time" in contract.get("forbidden_modules", ()))
    doors = next(index for index, layer in enumerate(LAYERS) if "transport" in layer)
    below = {f"scrimp.{room}" for layer in LAYERS[doors + 1 :] for room in layer}

    assert below <= set(pure["source_modules"])
    assert {"os", "time", "random"} <= set(pure["forbidden_modules"])
