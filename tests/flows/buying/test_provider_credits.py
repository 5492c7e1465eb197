"""What is said of credits as they are used up."""

from __future__ import annotations

from decimal import Decimal

from scrimp.flows.buying.provider_credits import Credit, ProviderCredits


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
