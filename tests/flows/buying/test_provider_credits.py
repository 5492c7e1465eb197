"""What is said of credits as they are used up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.enums import EntryStatus
from scrimp.flows.buying.provider_credits import Credit, CreditUse, ProviderCredits, spent_before
from scrimp.flows.spend.lost_bounds import bounded
from scrimp.prices.book import PriceBook
from scrimp.prices.rates import Rates
from scrimp.store.ledger import Ledger
from scrimp.values import Entry


def test_the_end_of_a_credit_is_warned_of_twice_before_it_and_at_it() -> None:
    warned: list[str] = []
    granted = ProviderCredits(
        {"azure": Credit(dollars=Decimal(300))}, {"azure": CreditUse(dollars=Decimal(268))}, warned.append
    )

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


AMOUNTS = st.none() | st.integers(0, 10**6).map(Decimal)
CALLS = st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=6)


@given(CALLS, CALLS)
def test_the_sum_of_two_uses_is_that_of_all_their_calls(
    some: list[tuple[Decimal | None, Decimal | None]], others: list[tuple[Decimal | None, Decimal | None]]
) -> None:
    def used(calls: list[tuple[Decimal | None, Decimal | None]]) -> CreditUse:
        use = CreditUse()
        for cost, at_most in calls:
            use = use.with_call(cost, at_most)
        return use

    lost = [most for cost, most in some + others if cost is None]
    together = used(some).plus(used(others))

    assert together == used(some + others)
    assert together.dollars == sum(cost for cost, _ in some + others if cost is not None)
    assert together.at_most == sum(most for most in lost if most is not None)
    assert (together.unknown, together.unbounded) == (len(lost), lost.count(None))


class Beside:
    """Other runs: what they were told last is what this one has paid and what it keeps."""

    def __init__(self) -> None:
        self.told: tuple[Decimal, Decimal] | None = None

    def news(self) -> dict[str, CreditUse]:
        return {}

    def underway(self, provider: str) -> Decimal:
        del provider
        return Decimal(0)

    def tell(self, provider: str, paid: Decimal, kept: Decimal) -> None:
        assert provider == "azure"
        self.told = paid, kept

    def close(self) -> None:
        pass


def test_what_workers_use_of_their_share_of_a_credit_is_told_as_paid_and_kept_no_more() -> None:
    others = Beside()
    granted = ProviderCredits({"azure": Credit(dollars=Decimal(5))}, {}, beside=others)

    assert granted.lend() == {"azure": 5}
    told = [others.told]
    for cost in (Decimal(2), None, Decimal(9)):
        granted.pay("azure", cost, at_most=Decimal(1))
        told.append(others.told)

    assert told == [(0, 5), (2, 3), (3, 2), (12, 0)]


def test_a_day_begins_at_midnight_utc() -> None:
    assert Credit(dollars=Decimal(1)).begin == 0
    assert Credit(dollars=Decimal(1), since="2026-11-01").begin == 1793491200


def test_what_was_spent_is_that_of_the_provider_s_calls_since_the_day(tmp_path: Path) -> None:
    path, day = tmp_path / "ledger.db", Credit(dollars=Decimal(1), since="2026-11-02")
    assert spent_before({"azure": day}, path, tmp_path / "sums.db", print) == {"azure": CreditUse()}
    assert not path.exists()
    ledger = Ledger(path)
    calls = [("azure", day.begin - 1, "4"), ("azure", day.begin, "2"), ("azure", day.begin + 99_999, "1"),
             ("openai", day.begin + 5, "8")]  # fmt: skip
    ledger.append([
        Entry(call=str(number), run="r", time=when, provider=provider, model="m", status="paid", seconds=1,
              cost=None if cost is None else Decimal(cost))
        for number, (provider, when, cost) in enumerate(calls)
    ])  # fmt: skip
    ledger.close()

    for _ in range(2):  # from the entries, then from the sums that are kept
        spent = spent_before({"azure": day, "openai": Credit(dollars=Decimal(9))}, path, tmp_path / "sums.db", print)
        assert spent == {"azure": CreditUse(dollars=Decimal(3)), "openai": CreditUse(dollars=Decimal(8))}


def test_a_call_of_unknown_cost_counts_with_the_most_it_can_have_cost_and_is_told_where_nothing_says_that(
    tmp_path: Path,
) -> None:
    path, day = tmp_path / "ledger.db", Credit(dollars=Decimal(1), since="2026-11-02")
    book = PriceBook({"azure/m": Rates(input=Decimal(1000), output=Decimal(2000))})
    known = {
        "before the day": entry("azure", -1, "lost", most_input=900, most_output=900),
        "lost": entry("azure", 1, "lost", most_input=100, most_output=50),  # 0.1 + 0.1 dollars
        "counted by nobody": entry("azure", 2, "paid", most_input=10, most_output=5),  # 0.01 + 0.01
        "of an older version": entry("azure", 3, "lost"),
        "of a model without a price": entry("azure", 4, "paid", model="x", most_input=10, most_output=5),
        "elsewhere": entry("openai", 5, "lost", most_input=100, most_output=50),
        "free": entry("azure", 6, "failed", cost=Decimal(0)),
        "paid": entry("azure", 7, "paid", cost=Decimal("0.5")),
    }
    ledger = Ledger(path)
    ledger.append([replace(each, call=name, time=day.begin + each.time) for name, each in known.items()])
    ledger.close()

    for _ in range(2):  # from the entries, then from the sums that are kept
        use = spent_before(
            {"azure": day}, path, tmp_path / "sums.db", print, bounded=lambda calls: bounded(calls, book)
        )["azure"]  # fmt: skip
        assert use == CreditUse(dollars=Decimal("0.5"), at_most=Decimal("0.22"), unknown=4, unbounded=2)
    granted = ProviderCredits({"azure": day}, {"azure": use})
    assert granted.left("azure") == Decimal("0.28")
    assert granted.state("azure") == (
        "Credit with azure: $0.28 of $1.00 are left since 2026-11-02; 2 calls of unknown cost count as up to $0.22, "
        "2 calls whose cost nothing bounds are not counted."
    )


def test_what_a_call_of_this_run_can_have_cost_brings_a_credit_to_its_end() -> None:
    warned: list[str] = []
    granted = ProviderCredits({"azure": Credit(dollars=Decimal(1))}, {}, warned.append)

    granted.pay("azure", None)
    assert (granted.left("azure"), warned) == (1, [])
    granted.pay("azure", None, at_most=Decimal("0.95"))

    assert granted.left("azure") == Decimal("0.05")
    unknown = "1 call of unknown cost counts as up to $0.95, 1 call whose cost nothing bounds is not counted"
    (warning,) = warned
    assert f"the credit with azure is near its end, $0.05 of $1.00 are left ({unknown}): once" in warning


def entry(
    provider: str, time: float, status: EntryStatus, *, model: str = "m", cost: Decimal | None = None, **more: int
) -> Entry:  # fmt: skip
    return Entry(
        call="", run="r", time=time, provider=provider, model=model, status=status, seconds=1, cost=cost,
        most_input=more.get("most_input"), most_output=more.get("most_output"),
    )  # fmt: skip
