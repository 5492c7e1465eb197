"""What is said of credits as they are used up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from scrimp.flows.buying.provider_credits import Credit, ProviderCredits, spent_before
from scrimp.store.ledger import Ledger
from scrimp.values import Entry


def test_the_end_of_a_credit_is_warned_of_twice_before_it_and_at_it() -> None:
    warned: list[str] = []
    granted = ProviderCredits({"azure": Credit(dollars=Decimal(300))}, {"azure": Decimal(268)}, warned.append)

    left = []
    for cost in ("1", "1.01", "9", "20", "1", "5"):
        granted.pay("azure", Decimal(cost))
        granted.pay("openai", Decimal(99))
        left.append(str(granted.left("azure")))

    assert left == ["31", "29.99", "20.99", "0.99", "0", "0"]
    move = "once it is topped up, raise credit or move credit_since in [providers.azure]"
    assert warned == [
        f"the credit with azure is near its end, $29.99 of $300.00 are left: {move}",
        f"the credit of $300.00 with azure is used up, so its calls are paid: {move}",
    ]


def test_calls_in_flight_have_their_share_of_a_credit() -> None:
    granted = ProviderCredits({"azure": Credit(dollars=Decimal(1))}, {})

    with granted.reserved("azure", Decimal("0.6")):
        assert granted.has("azure")
        with granted.reserved("azure", Decimal("0.4")), granted.reserved("openai", Decimal(5)):
            assert not granted.has("azure")
        assert granted.has("azure")
    assert granted.left("azure") == 1


def test_a_day_begins_at_midnight_utc() -> None:
    assert Credit(dollars=Decimal(1)).begin == 0
    assert Credit(dollars=Decimal(1), since="2026-11-01").begin == 1793491200


def test_what_was_spent_is_that_of_the_provider_s_calls_since_the_day(tmp_path: Path) -> None:
    path, day = tmp_path / "ledger.db", Credit(dollars=Decimal(1), since="2026-11-02")
    assert spent_before({"azure": day}, path, tmp_path / "sums.db", print) == {"azure": 0}
    assert not path.exists()
    ledger = Ledger(path)
    calls = [("azure", day.begin - 1, "4"), ("azure", day.begin, "2"), ("azure", day.begin + 99_999, "1"),
             ("openai", day.begin + 5, "8"), ("azure", day.begin + 7, None)]  # fmt: skip
    ledger.append([
        Entry(call=str(number), run="r", time=when, provider=provider, model="m", status="paid", seconds=1,
              cost=None if cost is None else Decimal(cost))
        for number, (provider, when, cost) in enumerate(calls)
    ])  # fmt: skip
    ledger.close()

    for _ in range(2):  # from the entries, then from the sums that are kept
        spent = spent_before({"azure": day, "openai": Credit(dollars=Decimal(9))}, path, tmp_path / "sums.db", print)
        assert spent == {"azure": 3, "openai": 8}
