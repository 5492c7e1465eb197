from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec import Struct

from scrimp.config.alert_tables import CacheAlert, ErrorsAlert, EscalationAlert, ShareAlert, SpendAlert, UnpricedAlert
from scrimp.config.schema import (
    BatchTable,
    ChainTable,
    Defaults,
    ModelTable,
    ProviderTable,
    RuleTable,
    ShadowTable,
)

RULE: dict[str, Any] = {"match": "x", "tier": "high"}
SHARE: dict[str, Any] = {"model": "acme/m", "of": "cost", "above": "40%"}
LESS_THAN_NOTHING = Decimal(-1)
# Each key whose value is a text or an amount with rules of its own, with a value that breaks them.
BROKEN: list[tuple[type[Struct], dict[str, Any], str, object]] = [
    (Defaults, {}, "cache_ttl", "soon"), (Defaults, {}, "max_failures", "few"),
    (Defaults, {}, "max_cost", LESS_THAN_NOTHING), (Defaults, {}, "max_cost_per_row", LESS_THAN_NOTHING),
    (Defaults, {}, "budget", "a/b"),
    (ProviderTable, {}, "discount", "much"), (ProviderTable, {}, "batch_discount", "much"),
    (ProviderTable, {}, "credit", LESS_THAN_NOTHING),
    (ModelTable, {}, "batch_discount", "much"), (ModelTable, {}, "same_as", "gpt-6-luna"),
    (ChainTable, {"steps": ("simple",)}, "max_escalation", "half"),
    (RuleTable, RULE, "max_cost", LESS_THAN_NOTHING), (RuleTable, RULE, "max_cost_per_row", LESS_THAN_NOTHING),
    (RuleTable, RULE, "queue", "a/b"),
    (ShadowTable, {}, "share", "half"), (ShadowTable, {}, "certified", "half"),
    (ShadowTable, {}, "max_cost", LESS_THAN_NOTHING), (ShadowTable, {}, "certified_max_cost", LESS_THAN_NOTHING),
    (BatchTable, {}, "poll", "soon"), (BatchTable, {}, "window", "soon"),
    (ShareAlert, SHARE, "above", "half"), (ShareAlert, SHARE, "since", "soon"),
    (ErrorsAlert, {"model": "*", "above": "5%"}, "above", "half"),
    (ErrorsAlert, {"model": "*", "above": "5%"}, "since", "soon"),
    (SpendAlert, {"above": Decimal(1)}, "above", LESS_THAN_NOTHING),
    (SpendAlert, {"above": Decimal(1)}, "since", "soon"),
    (EscalationAlert, {"above": "5%"}, "above", "half"), (EscalationAlert, {"above": "5%"}, "since", "soon"),
    (CacheAlert, {"below": "5%"}, "below", "half"), (CacheAlert, {"below": "5%"}, "since", "soon"),
    (UnpricedAlert, {}, "since", "soon"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "usual", "key", "value"), BROKEN)
def test_a_value_that_breaks_the_rules_of_its_key_is_refused_by_the_key_s_name(
    table: type[Struct], usual: dict[str, Any], key: str, value: object
) -> None:
    table(**usual)
    with pytest.raises(ValueError, match=key):
        table(**usual | {key: value})


@pytest.mark.parametrize("pasted", ["sk-proj-AbCdEf0123456789", "AIzaSyA0123456789abcdefghijklmnopqrstu"])
def test_a_key_pasted_in_place_of_its_name_is_refused_without_printing_it(pasted: str) -> None:
    with pytest.raises(ValueError, match="never the key itself") as caught:
        ProviderTable(key_env=pasted)

    assert pasted not in str(caught.value)
