"""The limits of a run, shared out among its workers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scrimp.config.paths import Paths
from scrimp.config.schema import Config, ProviderTable, RuleTable
from scrimp.config.shared_tables import SharedTable
from scrimp.config.sources.load import LoadedConfig
from scrimp.engines.worker_job import most_workers, worker_job
from scrimp.flows.plan.run_options import RunLimits, RunOptions

PATHS = Paths(config=Path("c"), data=Path("d"))
LIMITS = st.none() | st.integers(1, 10**6)


@given(
    workers=st.integers(1, 64), concurrency=st.integers(1, 5000), rpm=LIMITS, tpm=st.none() | st.integers(64, 10**7),
    of_provider=LIMITS, cap=st.none() | st.integers(0, 10**13), credit=st.integers(0, 10**13),
)  # fmt: skip
def test_the_shares_of_all_workers_are_at_most_the_limits_of_the_run(
    workers: int, concurrency: int, rpm: int | None, tpm: int | None, of_provider: int | None, cap: int | None,
    credit: int,
) -> None:  # fmt: skip
    dollars = None if cap is None else Decimal(cap).scaleb(-12)
    options = RunOptions(concurrency=concurrency, rpm=rpm, tpm=tpm, limits=RunLimits(max_cost=dollars, max_failures=1))
    rules = (RuleTable(tier="simple", max_cost=dollars), RuleTable(tier="high"))
    loaded = LoadedConfig(Config(providers={"p": ProviderTable(rpm=of_provider)}, rules=rules), {}, {})
    count = most_workers(workers, loaded, options)
    left = Decimal(credit).scaleb(-12)
    job = worker_job("r", loaded, PATHS, options, count, credits_left={"p": left})
    shared = job.options

    assert 1 <= count <= workers
    assert count * shared.concurrency <= concurrency
    for share, whole in (
        (shared.rpm, rpm), (shared.tpm, tpm), (shared.limits.max_cost, dollars),
        (job.loaded.config.providers["p"].rpm, of_provider), (job.loaded.config.rules[0].max_cost, dollars),
    ):  # fmt: skip
        assert (share is None) == (whole is None)
        assert share is None or whole is None or count * share <= whole
    assert left - count * Decimal("1e-12") < count * job.credits["p"] <= left
    assert job.has_share_of_cap == (cap is not None)
    assert shared.limits.max_failures == 1  # and once more where all rows come together


def test_what_a_server_keeps_is_shared_whole() -> None:
    options = RunOptions(concurrency=64, rpm=100, limits=RunLimits(max_cost=Decimal(5), budget="nightly"))
    config = Config(providers={"p": ProviderTable(rpm=3)}, shared=SharedTable(limits="redis://127.0.0.1/0"))
    loaded = LoadedConfig(config, {}, {})
    job = worker_job("r", loaded, PATHS, options, most_workers(8, loaded, options))

    assert (job.options.rpm, job.options.limits.max_cost, job.options.concurrency) == (100, Decimal(5), 8)
    assert job.loaded.config.providers["p"].rpm == 3


def test_a_share_of_the_cap_is_written_as_a_person_would() -> None:
    loaded = LoadedConfig(Config(), {}, {})
    caps = {
        str(
            worker_job(
                "r", loaded, PATHS, RunOptions(limits=RunLimits(max_cost=Decimal(cap))), 2
            ).options.limits.max_cost
        )
        for cap in ("0.05", "100", "0", "3")
    }

    assert caps == {"0.025", "50", "0", "1.5"}


def test_a_worker_in_the_place_of_a_dead_one_has_nothing_of_a_credit_that_may_be_used_up() -> None:
    job = worker_job("r", LoadedConfig(Config(), {}, {}), PATHS, RunOptions(), 2, credits_left={"p": Decimal(3)})

    assert (job.credits, job.in_place_of_a_dead_one.credits) == ({"p": Decimal("1.5")}, {"p": Decimal(0)})
