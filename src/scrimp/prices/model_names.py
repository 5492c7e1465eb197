"""Which row a model's name means: exact id, then alias, then its dated suffix stripped; never a bare prefix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import get_args

from scrimp.enums import Effort

DATE = r"20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])"
DATE_SUFFIX = re.compile(rf"[-@]{DATE}$")
COMPACT_DATE = re.compile(r"-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=$|:)")
# What vendors append for a snapshot: a date, 001, 2512 (year and month), 05-06, 09-2025; latest or preview may precede.
SNAPSHOT_SUFFIX = re.compile(rf"[-@](?:{DATE}|\d{{3,4}}|\d\d-\d\d(?:\d\d)?)$")
STAGE_SUFFIX = re.compile(r"[-@:](?:latest|preview|exp|beta)$")


_EFFORTS = get_args(Effort)
_REMEMBERED = 1024  # names: each call of a run asks for the same few


def resolve(name: str, names: Mapping[str, str], stems: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the id of the row and the rule that found it; `names` are whole names, a snapshot may follow `stems`.

    A date may be stripped from any name. A stem is a name whose vendor prices all its snapshots alike, so latest,
    preview and short version numbers may be stripped too; anything else after a stem means another model.
    """
    name = _without_custom_name(name.lower())
    dashed = dashed_date(name)
    for spelling in (name, dashed):
        if row := names.get(spelling):
            return row, "exact" if row.lower() == spelling else "alias"
    undated = SNAPSHOT_SUFFIX.sub("", dashed)
    for stem in (undated, STAGE_SUFFIX.sub("", undated)):
        if row := stems.get(stem):
            return row, "snapshot of an alias"
    if row := names.get(DATE_SUFFIX.sub("", dashed)):
        return row, "dated suffix stripped"
    return None


def dashed_date(name: str) -> str:
    """Return gpt-5.2-2025-12-11 for gpt-5.2-20251211."""
    return COMPACT_DATE.sub(r"-\1-\2-\3", name)


def is_same_model(asked: str, answered: str) -> bool:
    """Return whether the name in a reply means the model that was asked for, up to vendor, snapshot, stage, effort."""
    return asked == answered or _base_name(asked) == _base_name(answered)


def without_effort(name: str) -> str:
    """Return a model's name without an effort after it, which has no part in its price: gpt-5 for gpt-5@high."""
    base, at, effort = name.rpartition("@")
    return base if at and effort in _EFFORTS else name


@lru_cache(_REMEMBERED)
def _base_name(name: str) -> str:
    name = dashed_date(without_effort(name).lower().rpartition("/")[2])
    return STAGE_SUFFIX.sub("", SNAPSHOT_SUFFIX.sub("", name)).replace(".", "-").replace("_", "-")


def _without_custom_name(name: str) -> str:
    """Return ft:gpt-4o-2024-08-06 for ft:gpt-4o-2024-08-06:ours::AbC: a fine-tune is priced by its base model."""
    return ":".join(name.split(":", 2)[:2]) if name.startswith("ft:") else name
