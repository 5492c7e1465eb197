"""Calls that a gateway had another model answer than the one that was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scrimp.values import Completion, Failure, ModelRef

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook


class Redirects:
    """Warns of them, once for each pair of models."""

    def __init__(
        self, prices: PriceBook, warn: Callable[[str], None], redirected: Callable[[str, str, str], None]
    ) -> None:  # fmt: skip
        """`redirected` is told of a certified task, a model that was called for it, and the one that answered."""
        self._prices, self._warn, self._redirected = prices, warn, redirected
        self._warned = set[tuple[ModelRef, str]]()

    def notice(self, model: ModelRef, result: Completion | Failure, certified_task: str | None) -> None:
        """Warn once that a gateway had another model answer, by which the call is priced; no certificate covers it."""
        if not isinstance(result, Completion) or self._prices.means(model.provider, model.model, result.model):
            return
        redirect = (model, result.model)
        if redirect not in self._warned:
            self._warned.add(redirect)
            self._warn(
                f"{model.id} was answered by {result.model}: its calls are priced as that model's, unless you set a "
                f"price for {model.id}"
            )
        if certified_task is not None:
            self._redirected(certified_task, model.id, result.model)
