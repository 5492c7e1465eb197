"""What it costs to keep a call in a region: a factor on a list's prices of tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from scrimp.prices.rates import SEARCHES, Band, scaled

# Replies of Anthropic say where a call was served (`inference_geo`); the others do by the address they came from.
ANYWHERE = frozenset((None, "", "global", "not_available"))
_FACTORS: Mapping[tuple[str, str], Decimal] = {
    ("anthropic", "us"): Decimal("1.1"),
    ("openai", "regional"): Decimal("1.1"),
    ("mistral", "regional"): Decimal("1.1"),
}
_REGIONAL_HOSTS: Mapping[str, re.Pattern[str]] = {
    "openai": re.compile(r"[a-z]{2}\.api\.openai\.com"),
    "mistral": re.compile(r"api\.[a-z]{2}\.mistral\.ai|[a-z]{2}\.api\.mistral\.ai"),
}
# Alibaba has a price list for each of its regions, whichever address leads there.
_QWEN_LISTS: Mapping[str, re.Pattern[str]] = {
    "qwen-cn": re.compile(r"dashscope\.aliyuncs\.com|.*\.cn-[a-z]+\.maas\.aliyuncs\.com"),
    "qwen-us": re.compile(r"dashscope-us\.aliyuncs\.com|.*\.us-[a-z]+-\d\.maas\.aliyuncs\.com"),
    "qwen": re.compile(r"dashscope-intl\.aliyuncs\.com|.*\.ap-southeast-1\.maas\.aliyuncs\.com"),
}


def list_at(name: str, host: str) -> str:
    """Return the price list that applies at an address: `name`, or the one of its region."""
    if name not in _QWEN_LISTS:
        return name
    return next((regional for regional, hosts in _QWEN_LISTS.items() if hosts.fullmatch(host)), name)


def region_at(name: str, host: str) -> str | None:
    """Return the region that an address of a price list's owner keeps calls in; None: none that costs more."""
    hosts = _REGIONAL_HOSTS.get(name)
    return "regional" if hosts and hosts.fullmatch(host) else None


def in_region(bands: tuple[Band, ...], name: str, region: str | None) -> tuple[Band, ...] | None:
    """Return a list's rates for calls that were kept in a region; None if what that costs is not known."""
    if region in ANYWHERE:
        return bands
    factor = _FACTORS.get((name, region or ""))
    return None if factor is None else scaled(bands, factor, without=SEARCHES)
