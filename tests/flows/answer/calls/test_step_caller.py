from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.rows import call_recorder, planned_row, row_recorder
from scrimp.escalation.questions import CallStep
from scrimp.flows.answer.calls.call_builder import CallBuilder
from scrimp.flows.answer.calls.call_credits import CallCredits
from scrimp.flows.answer.calls.call_guards import CallGuards
from scrimp.flows.answer.calls.call_sender import CallSender
from scrimp.flows.answer.calls.failover import Failover
from scrimp.flows.answer.calls.redirects import Redirects
from scrimp.flows.answer.calls.step_caller import StepCaller
from scrimp.flows.answer.calls.step_places import StepPlaces
from scrimp.flows.answer.provider_caches.prefix_warmup import PrefixWarmup
from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
from scrimp.flows.plan.run_options import RunLimits, RunOptions
from scrimp.flows.spend.budgets.budget import Budget
from scrimp.flows.spend.cost_bound import BOUNDED_OUTPUT
from scrimp.flows.spend.recorder import CallRecorder
from scrimp.prices.book import PriceBook
from scrimp.prices.rates import Rates
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.values import Completion, Failure, ModelRef, Parameters, Prompt, Step
from transport.virtual_loop import now, run, settled
from transport.wire import BROKEN, NEVER_SENT, ClientHarness, FakeHttp, ScriptedReply, error, ok

RATES = Rates(input=Decimal(1), output=Decimal(10))
NAMES = ("first", "second", "third")
PRICES = PriceBook({f"{name}/m": RATES for name in NAMES})
STEP = Step("simple", tuple(ModelRef(name, "m") for name in NAMES[:2]))
ENDPOINTS = {
    name: Endpoint(name=name, dialect="openai", base_url=f"https://{name}.example", key_env=f"{name.upper()}_KEY")
    for name in NAMES
}


class Tier:
    """Two providers, what each says, and a step that may use both; made inside the loop."""

    def __init__(
        self, *, options: RunOptions | None = None, available: Sequence[str] = NAMES, retries: int = 0, width: int = 16,
        show: Callable[[str], None] | None = None, seconds: float = 1.0, **said: Sequence[ScriptedReply],
    ) -> None:  # fmt: skip
        self._seconds = seconds
        self._said = {name: list(replies) for name, replies in said.items()}
        self.calls: list[tuple[str, float]] = []
        self.bodies: list[bytes] = []
        self.house = ClientHarness(FakeHttp(self._answer), retries=retries, width=width)
        self.call_recorder: CallRecorder = call_recorder(PRICES)
        options = options or RunOptions()
        self.warnings: list[str] = []
        warn, caching = self.warnings.append, ProviderCaching(ENDPOINTS, PRICES, now)
        self.step_caller = StepCaller(
            ENDPOINTS, StepPlaces(available, None, caching), Failover(self.house.health, ENDPOINTS, warn),
            builder=CallBuilder(options, ENDPOINTS, warn, streams=show is not None),
            sender=CallSender(self.house.client, ENDPOINTS, caching, PrefixWarmup(now), show=show),
            guards=CallGuards(options.limits, Budget(options.limits.max_cost), PRICES, None, warn),
            call_credits=CallCredits(None),
            redirects=Redirects(PRICES, warn, lambda *_: None),
        )  # fmt: skip

    async def _answer(self, endpoint: Endpoint, request: HttpRequest) -> HttpReply:
        self.calls.append((endpoint.name, now()))
        self.bodies.append(request.body)
        left = self._said.get(endpoint.name) or [ok(endpoint.name)]
        said = left.pop(0) if len(left) > 1 else left[0]
        await asyncio.sleep(self._seconds)
        if isinstance(said, Exception):
            raise said
        return said

    async def ask(self, step: Step = STEP) -> tuple[Completion | Failure, str]:
        recorder = row_recorder(self.call_recorder)
        result = await self.step_caller.call(CallStep(index=0, step=step), planned_row(step=step), recorder)
        return result, recorder.entries[-1].provider if recorder.entries else ""

    async def ask_only(self, *names: str, times: int = 1) -> None:
        """Ask a step of these providers alone."""
        for _ in range(times):
            await self.ask(Step("only", tuple(ModelRef(name, "m") for name in names)))

    @property
    def called(self) -> list[str]:
        return [name for name, _ in self.calls]


BREAKS = [ok(), *[error(500)] * 5]


def test_the_first_model_is_called_as_long_as_it_is_of_use() -> None:
    async def main() -> None:
        tier = Tier()
        for _ in range(3):
            result, provider = await tier.ask()
            assert isinstance(result, Completion)
            assert provider == "first"
        assert tier.called == ["first"] * 3

    run(main())


def test_the_task_of_a_row_is_named_before_it_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str] = []

    def name(prompt: Prompt, *_: object) -> str:
        named.append(prompt.text)
        return "task"

    async def main() -> None:
        tier = Tier(width=1)
        asked = [asyncio.create_task(tier.ask()) for _ in range(3)]
        await settled()
        assert (len(tier.calls), len(named)) == (1, 3)
        await asyncio.gather(*asked)
        assert (len(tier.calls), len(named)) == (3, 3)

    monkeypatch.setattr("scrimp.routing.task_signature.task_signature", name)
    run(main())


def test_a_model_that_fails_hands_the_row_to_the_next() -> None:
    async def main() -> None:
        for said in (error(401), error(402), error(404), error(429), error(500), BROKEN):
            tier = Tier(first=[said])
            result, provider = await tier.ask()
            assert isinstance(result, Completion)
            assert (provider, tier.called) == ("second", ["first", "second"])

    run(main())


def test_what_is_wrong_with_the_prompt_is_not_put_to_another_model() -> None:
    async def main() -> None:
        for said in (error(400), error(413), error(400, code="content_policy_violation")):
            tier = Tier(first=[said])
            result, _ = await tier.ask()
            assert isinstance(result, Failure)
            assert tier.called == ["first"]

    run(main())


def test_a_model_whose_circuit_is_open_is_passed_over_at_once() -> None:
    async def main() -> None:
        tier = Tier(first=[*BREAKS, ok()])
        await tier.ask_only("first", times=6)
        began = now()

        _, provider = await tier.ask()

        assert provider == "second"
        assert tier.calls[6:] == [("second", began)]

    run(main())


def test_a_model_that_has_recovered_is_called_again() -> None:
    async def main() -> None:
        tier = Tier(first=[*BREAKS, ok()])
        await tier.ask_only("first", times=6)
        await asyncio.sleep(60.0)
        assert [(await tier.ask())[1] for _ in range(2)] == ["first", "first"]

    run(main())


def test_with_no_other_model_a_row_waits_for_the_one_in_trouble() -> None:
    async def main() -> None:
        tier = Tier(first=[*BREAKS, ok()], available=["first"])
        await tier.ask_only("first", times=6)
        began = now()

        result, _ = await tier.ask()

        assert isinstance(result, Completion)
        assert tier.calls[-1][0] == "first"
        assert now() - began < 5.0

    run(main())


def test_where_all_are_in_trouble_a_row_waits_for_the_one_that_is_tried_again_soonest() -> None:
    async def main() -> None:
        # The second broke down, and its first probes failed: it is left alone for longer than the first is.
        tier = Tier(first=[*BREAKS, ok()], second=[ok(), *[error(500)] * 8, ok()])
        await tier.ask_only("second", times=9)
        await tier.ask_only("first", times=6)
        began = now()

        result, provider = await tier.ask()

        assert isinstance(result, Completion)
        assert provider == "first"
        assert now() - began < 5.0

    run(main())


def test_a_row_that_waits_in_vain_is_handed_to_the_next_model_in_the_end() -> None:
    async def main() -> None:
        tier = Tier(first=[*BREAKS, error(500)], second=[*BREAKS, error(500)], retries=1)
        await tier.ask_only("first", times=6)
        await tier.ask_only("second", times=6)
        async with asyncio.timeout(3600.0):
            result, _ = await tier.ask()
        assert isinstance(result, Failure)
        assert len(tier.calls) <= 2 * 12

    run(main())


def test_a_provider_that_refused_the_key_is_not_called_again_and_the_step_lives_on() -> None:
    async def main() -> None:
        tier = Tier(first=[error(401)])
        for _ in range(3):
            await tier.ask()
        assert tier.called == ["first", "second", "second", "second"]
        assert tier.step_caller.is_alive(STEP)

    run(main())


def test_a_step_is_dead_when_all_its_providers_refuse_us_and_says_why_without_a_call() -> None:
    async def main() -> None:
        tier = Tier(first=[error(401)], second=[error(402)])
        await tier.ask()
        sent = len(tier.calls)

        result, _ = await tier.ask()

        assert not tier.step_caller.is_alive(STEP)
        assert isinstance(result, Failure)
        assert (result.sent, len(tier.calls)) == (False, sent)

    run(main())


def test_a_step_without_a_key_names_those_that_would_do() -> None:
    async def main() -> None:
        tier = Tier(available=[])
        result, _ = await tier.ask()
        assert isinstance(result, Failure)
        assert "FIRST_KEY or SECOND_KEY" in result.message
        assert tier.calls == []
        assert not tier.step_caller.is_alive(STEP)

    run(main())


def test_rows_queued_for_a_provider_that_refuses_us_go_to_the_next_at_once() -> None:
    async def main() -> None:
        tier, began = Tier(seconds=0.2, first=[error(401)]), now()
        results = await asyncio.gather(*(tier.ask() for _ in range(20)))
        assert {provider for _, provider in results} == {"second"}
        assert tier.called.count("first") == 1
        assert now() - began < 5.0

    run(main())


def test_a_row_over_the_cap_is_not_put_to_another_model() -> None:
    async def main() -> None:
        tier = Tier(options=RunOptions(limits=RunLimits(max_cost=Decimal("0.000001"))))
        result, _ = await tier.ask()
        assert isinstance(result, Failure)
        assert (result.kind, tier.calls) == ("budget", [])

    run(main())


def test_under_a_cap_every_call_is_bounded_and_without_one_nothing_is_sent_that_was_not_asked_for() -> None:
    async def main() -> None:
        capped = Tier(options=RunOptions(limits=RunLimits(max_cost=Decimal(1))))
        lower = Tier(options=RunOptions(limits=RunLimits(max_cost=Decimal(1)), parameters=Parameters(max_output=7)))
        free = Tier()
        for tier in (capped, lower, free):
            await tier.ask()
        assert f'"max_tokens":{BOUNDED_OUTPUT}'.encode() in capped.bodies[0]
        assert b'"max_tokens":7' in lower.bodies[0]
        assert b"max_tokens" not in free.bodies[0]

    run(main())


def test_what_a_person_has_read_half_of_is_not_begun_again_by_another_model() -> None:
    async def main() -> None:
        half = HttpReply(status=200, body=b'{"choices": [{"delta": {"content": "he"}}]}\nbreak')
        shown: list[str] = []
        tier = Tier(first=[half], show=shown.append)
        result, _ = await tier.ask()
        assert isinstance(result, Failure)
        assert (shown, tier.called) == (["he"], ["first"])

    run(main())


def test_one_provider_in_trouble_holds_back_no_row_of_another() -> None:
    async def main() -> None:
        tier = Tier(first=[ok(), error(429, retry_after="100"), ok()], retries=2)
        await tier.ask_only("first")
        held = asyncio.create_task(tier.ask_only("first"))
        await asyncio.sleep(2.0)
        began = now()
        await tier.ask_only("second", times=3)
        assert now() - began == 3.0
        await held

    run(main())


def test_a_row_that_is_cancelled_while_it_waits_leaves_the_others_their_turn() -> None:
    async def main() -> None:
        tier = Tier(first=[*BREAKS, ok()], available=["first"])
        await tier.ask_only("first", times=6)
        rows = [asyncio.create_task(tier.ask()) for _ in range(3)]
        await settled()
        rows[0].cancel()
        results = await asyncio.gather(*rows[1:])
        assert all(isinstance(result, Completion) for result, _ in results)

    run(main())


replies = st.lists(
    st.sampled_from([
        ok(), ok(), ok(), error(500), error(429), error(429, retry_after="7"), error(429, retry_after="400"),
        error(400), error(401), error(403), error(404), BROKEN, NEVER_SENT,
    ]),
    min_size=1, max_size=30,
)  # fmt: skip
rows = st.lists(st.tuples(st.floats(0, 30), st.none() | st.floats(0, 90), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=300)
@given(replies, replies, rows, st.integers(0, 2), st.integers(1, 4))
def test_whatever_two_providers_say_every_row_ends(
    first: list[ScriptedReply],
    second: list[ScriptedReply],
    options: list[tuple[float, float | None, bool]],
    retries: int,
    width: int,
) -> None:
    async def main() -> None:
        tier = Tier(first=first, second=second, retries=retries, width=width)

        async def row(later: float, backwards: bool) -> object:
            await asyncio.sleep(later)
            return await tier.ask(Step("backwards", STEP.candidates[::-1]) if backwards else STEP)

        tasks = []
        for later, stops, backwards in options:
            task = asyncio.create_task(row(later, backwards))
            if stops is not None:
                asyncio.get_running_loop().call_later(stops, task.cancel)
            tasks.append(task)
        async with asyncio.timeout(20_000.0):
            results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, tuple | asyncio.CancelledError) for result in results)
        assert tier.house.http.in_flight == 0

    run(main())


def test_it_is_said_once_who_stands_in_for_a_model_in_trouble() -> None:
    async def main() -> None:
        tier = Tier(first=[ok(), *[error(500, message="on fire")] * 9])
        await tier.ask_only("first", times=6)
        for _ in range(3):
            await tier.ask()

        (warning,) = tier.warnings
        assert warning.startswith("first/m is not called for now, second/m is called instead: ")
        assert "on fire" in warning

    run(main())
