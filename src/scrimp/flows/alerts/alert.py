"""What an alert is, and the windows of the ledger that rules look at."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from scrimp.billing.cost_total import CostTotal
from scrimp.enums import AlertKind
from scrimp.store.ledger_queries.window_sums import FaultSum, RowSum

ALWAYS = "7d"  # the window of what has none, such as drift


class Alert(Struct, frozen=True, kw_only=True):
    """A rule that does not hold: what was found, and what to do."""

    kind: AlertKind
    key: str  # the same for the same rule and subject at every evaluation
    subject: str  # a model, a chain, a route; "" for everything
    value: float | Decimal | None  # what was found: a share from 0 to 1, dollars, or calls
    limit: Decimal | None  # what the rule allows
    since: str  # the window, as in the config
    severity: float  # greater is worse; of one key only
    message: str


class Window(Struct, frozen=True, kw_only=True):
    """The ledger since a moment."""

    models: Sequence[CostTotal] = ()
    tiers: Sequence[CostTotal] = ()
    chains: Sequence[CostTotal] = ()
    flagships: Sequence[str] = ()  # provider/model
    rows: RowSum = RowSum()
    faults: Sequence[FaultSum] = ()
