"""Whether two names at two providers mean one model, so that its price may decide where it is bought.

Names are compared whole: gpt-6-luna-pro, gpt-6-luna:free and a dated snapshot are other models than gpt-6-luna, since
a vendor may sell them at other prices, and a name that only begins alike says nothing.
"""

from __future__ import annotations

import re

from msgspec import Struct

from scrimp.prices.model_names import dashed_date
from scrimp.prices.price_lists import GOOGLE, VENDOR_PREFIXES

# Price lists of those who sell their own models; what others of them host carries its vendor in its name.
_VENDORS_LISTS = frozenset(("openai", "anthropic", "deepseek", "mistral", GOOGLE, "qwen", "qwen-cn", "qwen-us", "x-ai"))
_SAME_VENDOR = VENDOR_PREFIXES | {"qwen-cn": "qwen", "qwen-us": "qwen", "deepseek-ai": "deepseek", "gemini": GOOGLE}
# What a vendor's list has and its API has not: Google's has Claude, for Vertex, OpenAI's the weights it gives away.
_NOT_SOLD = {GOOGLE: re.compile(r"(?!gem(?:ini|ma)-)"), "openai": re.compile(r"gpt-oss")}


class ModelIdentity(Struct, frozen=True):
    """A model, at whichever provider: its vendor, None if no name tells, and its name in one spelling."""

    vendor: str | None
    name: str

    def is_same(self, other: ModelIdentity) -> bool:
        """Return whether both are one model; a vendor that is not known may be any."""
        return self.name == other.name and (self.vendor == other.vendor or None in (self.vendor, other.vendor))


def identity_of(price_list: str, model: str) -> ModelIdentity:
    """Return which model a name means at a provider with this price list."""
    *path, name = model.lower().removeprefix("~").split("/")
    named = path[0] if len(path) == 1 and not path[0].startswith("@") else None  # not accounts/fireworks/models/...
    vendor = named or (price_list if price_list in _VENDORS_LISTS else None)
    spelling = dashed_date(name.replace("@", "-")).replace(".", "-").replace("_", "-")
    return ModelIdentity(_SAME_VENDOR.get(vendor, vendor) if vendor else None, spelling)


def is_own_model(price_list: str, model: str) -> bool:
    """Return whether the provider with this list sells the model under that name."""
    not_sold = _NOT_SOLD.get(price_list)
    return not_sold is None or not_sold.match(model.lower()) is None
