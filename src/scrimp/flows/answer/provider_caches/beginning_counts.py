"""How many rows and calls share each beginning, when a model last had it, and how many tokens it has."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

from scrimp import tokens
from scrimp.tokens.tokenizer_factors import tokenizer_factor

if TYPE_CHECKING:
    from scrimp.flows.answer.provider_caches.beginnings import Beginning

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
# Beginnings remembered: a run whose prompts are all long and all different must not remember each.
_REMEMBERED = 4096
_UNKNOWN_AT = 100  # per cent of the tokens that o200k_base counts, for a model whose tokenizer is unknown
_Place = tuple[str, str, int]  # provider, model, identity of the beginning


class BeginningCounts:
    """The counts of one run, by model and beginning; the least recently used are forgotten."""

    def __init__(self) -> None:
        self._rows: OrderedDict[_Place, int] = OrderedDict()  # rows that may go to the model
        self._calls: OrderedDict[_Place, int] = OrderedDict()  # calls that were made
        self._used: OrderedDict[_Place, float] = OrderedDict()  # when a call last had the beginning
        self._sizes: OrderedDict[int, int] = OrderedDict()  # tokens, estimated as o200k_base counts them

    def add_row(self, provider: str, model: str, beginning: Beginning) -> None:
        """Count a row that may go to a model."""
        place = (provider, model, beginning.identity)
        _remember(self._rows, place, self._rows.get(place, 0) + 1)

    def add_call(self, provider: str, model: str, beginning: Beginning, now: float) -> None:
        """Count a call that is about to be made."""
        place = (provider, model, beginning.identity)
        _remember(self._used, place, now)
        _remember(self._calls, place, self._calls.get(place, 0) + 1)

    def rows(self, provider: str, model: str, beginning: Beginning) -> int:
        """Return how many rows share a beginning."""
        return self._rows.get((provider, model, beginning.identity), 0)

    def calls(self, provider: str, model: str, beginning: Beginning) -> int:
        """Return how many calls with a beginning were made."""
        return self._calls.get((provider, model, beginning.identity), 0)

    def most(self, provider: str, model: str, beginning: Beginning) -> int:
        """Return how many calls are known to share a beginning: those expected, or those made, if there are more."""
        place = (provider, model, beginning.identity)
        return max(self._rows.get(place, 0), self._calls.get(place, 0))

    def seconds_since(self, provider: str, model: str, beginning: Beginning, now: float) -> float:
        """Return the seconds since a model last had a beginning; 0 if it never had it."""
        return now - self._used.get((provider, model, beginning.identity), now)

    def tokens(self, beginning: Beginning, provider: str, model: str) -> int:
        """Return about how many tokens a beginning has for a model, without those of the beginnings before it."""
        counted = self._sizes.get(beginning.identity)
        if counted is None:
            counted = tokens.estimate(beginning.words)
        _remember(self._sizes, beginning.identity, counted)
        return counted * (tokenizer_factor(provider, model) or _UNKNOWN_AT) // 100 + beginning.attached_tokens


def _remember(known: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > _REMEMBERED:
        known.popitem(last=False)
