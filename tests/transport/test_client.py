from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.failures import is_retryable
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.replies.rate_limit_headers import StatedLimits
from scrimp.transport.limits.queue import ProviderQueue
from scrimp.transport.limits.retry import RetryPolicy, RetryState
from scrimp.transport.limits.slow_start import ALONE
from scrimp.values import Call, Completion, Entry, Failure
from transport.virtual_loop import now, run, settled
from transport.wire import (
    ACME,
    BROKEN,
    CALL,
    NEVER_SENT,
    ClientHarness,
    FakeHttp,
    FakeObserver,
    ScriptedReply,
    error,
    ok,
    scripted,
)


def ask(
    http: FakeHttp, *, retries: int = 2, timeout: float = 600.0
) -> tuple[Completion | Failure, ClientHarness, FakeObserver]:
    """Make one call; return its result, the harness and the observer."""

    async def main() -> tuple[Completion | Failure, ClientHarness, FakeObserver]:
        harness, observer = ClientHarness(http, retries=retries, timeout=timeout), FakeObserver()
        return await harness.ask(observer=observer), harness, observer

    return run(main())


def test_a_completion_is_returned_and_observed() -> None:
    result, _, observer = ask(scripted(ok("hi")))

    assert isinstance(result, Completion)
    assert result.text == "hi"
    assert observer.ended == [result]


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_a_temporary_error_is_retried(status: int) -> None:
    http = scripted(error(status), ok())

    result, _, observer = ask(http)

    assert isinstance(result, Completion)
    assert (len(http.sent), len(observer.ended)) == (2, 2)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_a_permanent_error_is_not_retried(status: int) -> None:
    http = scripted(error(status), ok())

    result, harness, _ = ask(http)

    assert isinstance(result, Failure)
    assert result.http == status
    assert (len(http.sent), harness.slept) == (1, [])


def test_a_429_for_lack_of_money_is_not_retried() -> None:
    http = scripted(error(429, code="insufficient_quota"), ok())

    result, _, _ = ask(http)

    assert isinstance(result, Failure)
    assert (result.kind, len(http.sent)) == ("quota", 1)


@pytest.mark.parametrize("fault", [NEVER_SENT, BROKEN])
def test_a_failed_connection_is_retried(fault: ScriptedReply) -> None:
    result, _, observer = ask(scripted(fault, ok()))

    assert isinstance(result, Completion)
    assert [isinstance(each, Failure) for each in observer.ended] == [True, False]


def test_an_error_inside_a_200_is_retried() -> None:
    http = scripted(HttpReply(status=200, body=b'{"error": {"message": "failed while generating"}}'), ok())

    assert isinstance(ask(http)[0], Completion)


@pytest.mark.parametrize(("retries", "sends"), [(0, 1), (1, 2), (3, 4)])
def test_a_call_is_retried_as_often_as_configured(retries: int, sends: int) -> None:
    async def main() -> None:
        http = scripted(ok(), error(500))
        harness = ClientHarness(http, retries=retries)
        await harness.ask()

        assert isinstance(await harness.ask(), Failure)
        assert len(http.sent) == 1 + sends

    run(main())


@pytest.mark.parametrize("outage", [error(500), error(502), error(503), NEVER_SENT, BROKEN])
@pytest.mark.parametrize("calls", [1, 40])
def test_an_outage_of_three_seconds_at_the_start_is_waited_out_by_all_calls(outage: ScriptedReply, calls: int) -> None:
    async def main() -> None:
        over = now() + 3.0

        async def answer(endpoint: Endpoint, request: HttpRequest) -> HttpReply:
            if now() >= over:
                return ok()
            if isinstance(outage, HttpReply):
                return outage
            raise outage

        harness = ClientHarness(FakeHttp(answer))
        results = await harness.ask_all(calls)

        assert all(isinstance(each, Completion) for each in results)
        assert now() < over + 6.0

    run(main())


@pytest.mark.parametrize("calls", [1, 40])
def test_a_provider_that_is_not_there_is_given_up_after_some_seconds(calls: int) -> None:
    async def main() -> None:
        began, http = now(), scripted(NEVER_SENT, seconds=0.001)
        results = await ClientHarness(http).ask_all(calls)

        assert all(isinstance(each, Failure) and each.kind == "network" for each in results)
        assert now() - began < 9.0
        assert len(http.sent) <= 10

    run(main())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7.5"}, 7.5), ({"retry_after_ms": "250"}, 0.25), ({"retry_after": "120"}, 120.0),
        ({"retry_after": "9", "retry_after_ms": "1500"}, 1.5),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [429, 503])
def test_the_requested_wait_is_obeyed_exactly(status: int, headers: dict[str, str], seconds: float) -> None:
    http = scripted(error(status, **headers), ok())

    _, harness, _ = ask(http)

    assert harness.slept == [seconds]
    assert http.times[1] - http.times[0] == pytest.approx(1.0 + seconds)


def test_without_a_requested_wait_each_backoff_is_twice_the_one_before() -> None:
    _, harness, _ = ask(scripted(error(500)), retries=4)

    assert harness.slept == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(("status", "hint", "sends"), [(400, "true", 2), (500, "false", 1), (429, "false", 1)])
def test_x_should_retry_is_obeyed(status: int, hint: str, sends: int) -> None:
    http = scripted(error(status, x_should_retry=hint), ok())

    ask(http)

    assert len(http.sent) == sends


@pytest.mark.parametrize("turns", [3, 8])
def test_a_rate_limited_call_queues_again_without_using_up_its_retries(turns: int) -> None:
    async def main() -> None:
        http = scripted(ok(), *[error(429)] * turns, error(500), ok())
        harness = ClientHarness(http, retries=1)
        await harness.ask()

        assert isinstance(await harness.ask(), Completion)
        assert len(http.sent) == turns + 3

    run(main())


def test_a_call_that_is_always_rate_limited_fails_in_the_end() -> None:
    http = scripted(error(429))

    result, _, _ = ask(http)

    assert isinstance(result, Failure)
    assert (result.kind, len(http.sent) <= 20) == ("rate_limit", True)


def test_a_provider_that_rate_limits_every_call_is_soon_not_called_for_as_long_as_it_asks() -> None:
    async def main() -> None:
        began = now() + 1.0

        async def answer(endpoint: Endpoint, request: HttpRequest) -> HttpReply:
            await asyncio.sleep(1.0)
            return error(429, retry_after="30") if began <= now() - 1.0 < began + 30.0 else ok()

        http = FakeHttp(answer)
        harness = ClientHarness(http, width=1)
        await harness.ask()
        results = await harness.ask_all(40)
        assert all(isinstance(each, Completion) for each in results)
        assert sum(began <= at < began + 30.0 for at in http.times) <= 6

    run(main())


def test_too_long_a_wait_fails_the_call_and_suspends_the_model() -> None:
    async def main() -> None:
        http = scripted(ok(), error(429, retry_after="3600"), ok())
        harness = ClientHarness(http)
        await harness.ask()

        results = [await harness.ask() for _ in range(3)]
        assert [isinstance(each, Failure) and each.kind for each in results] == ["rate_limit"] * 3
        assert len(http.sent) == 2

        await asyncio.sleep(3601.0)
        assert isinstance(await harness.ask(), Completion)

    run(main())


def test_each_request_has_its_own_timeout_and_is_retried_after_it() -> None:
    async def main() -> None:
        http, began = scripted(ok(), seconds=100.0), now()
        harness, observer = ClientHarness(http, retries=1, timeout=10.0), FakeObserver()

        result = await harness.ask(observer=observer)

        assert isinstance(result, Failure)
        assert (result.kind, result.sent, is_retryable(result)) == ("timeout", True, True)
        assert http.times == pytest.approx([began, began + 10.0 + harness.slept[0]])
        assert observer.ended == [result, result]
        assert http.in_flight == 0

    run(main())


def test_time_in_the_queue_does_not_count_toward_the_timeout() -> None:
    async def main() -> None:
        harness = ClientHarness(scripted(ok(), seconds=8.0), timeout=10.0, width=1)

        assert all(isinstance(each, Completion) for each in await harness.ask_all(5))

    run(main())


def test_a_call_canceled_in_flight_is_recorded_as_lost() -> None:
    async def main() -> None:
        harness, observer = ClientHarness(scripted(ok(), seconds=100.0), width=1), FakeObserver()
        task = asyncio.create_task(harness.ask(observer=observer))
        await asyncio.sleep(5.0)

        task.cancel()
        await asyncio.wait([task])

        (ended,) = observer.ended
        assert task.cancelled()
        assert isinstance(ended, Failure)
        assert ended.sent
        assert isinstance(await harness.ask(observer=observer), Completion)  # its place is free

    run(main())


def test_calls_canceled_as_they_are_answered_are_kept() -> None:
    async def main() -> list[object]:
        answered = asyncio.Event()

        async def answer(endpoint: Endpoint, request: HttpRequest) -> HttpReply:
            await (answered.wait() if len(http.sent) > 1 else asyncio.sleep(1.0))
            return ok()

        http = FakeHttp(answer)
        harness, observer = ClientHarness(http, width=100), FakeObserver()
        await harness.ask(observer=observer)
        tasks = [asyncio.create_task(harness.ask(observer=observer)) for _ in range(50)]
        await asyncio.sleep(5.0)
        answered.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        ended = len(observer.ended)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert ended < 40  # others wait to be read
        assert not observer.open
        return [type(each) for each in observer.ended]

    assert run(main()) == [Completion] * 51


def test_where_many_are_answered_at_once_the_next_calls_are_sent_between_the_replies() -> None:
    async def main() -> str:
        happened: list[str] = []

        class Observer(FakeObserver):
            async def begin(self, call: Call) -> str | Failure:
                self.open.add(name := str(len(happened)))
                return name

            def end(self, call_id: str, result: Completion | Failure) -> Entry | None:
                happened.append("r")
                return super().end(call_id, result)

        async def answer(endpoint: Endpoint, request: HttpRequest) -> HttpReply:
            happened.append("s")
            await asyncio.sleep(1.0)
            return ok()

        harness = ClientHarness(FakeHttp(answer), width=200)
        await harness.ask(observer=Observer())
        happened.clear()
        await harness.ask_all(400, Observer())
        return "".join(happened)

    happened = run(main()).removeprefix("s" * 64)
    assert happened.count("r") == 400
    assert "r" * 33 not in happened[: happened.rindex("s")]


@pytest.mark.parametrize(("width", "calls"), [(1000, 1500), (16, 40)])
def test_what_can_wait_does_until_time_lets_no_more_calls_go(width: int, calls: int) -> None:
    async def main() -> None:
        http, began = scripted(ok(), seconds=10.0), now()
        harness = ClientHarness(http, width=width)
        await harness.client.caught_up()  # nothing was called yet
        task = asyncio.create_task(harness.ask_all(calls))
        await settled()
        await harness.client.caught_up()
        await asyncio.sleep(0)
        assert len(http.sent) == width
        assert now() < began + 1.0  # none was answered
        await task

    run(main())


@pytest.mark.parametrize("refused", [error(429), error(500)])
def test_where_only_an_answer_lets_more_calls_go_nothing_waits_for_that(refused: ScriptedReply) -> None:
    async def main() -> None:
        http = scripted(refused, ok(), seconds=0.1)
        harness = ClientHarness(http, width=1000)
        task = asyncio.create_task(harness.ask_all(1500))
        await asyncio.sleep(0.15)
        await harness.client.caught_up()
        assert len(http.sent) < 1000
        await task

    run(main())


def test_a_call_canceled_in_the_queue_is_not_recorded() -> None:
    async def main() -> None:
        harness, observer = ClientHarness(scripted(ok(), seconds=100.0), width=1), FakeObserver()
        first = asyncio.create_task(harness.ask(observer=observer))
        await settled()
        second = asyncio.create_task(harness.ask(observer=observer))
        await asyncio.sleep(5.0)

        second.cancel()
        await first

        assert second.cancelled()
        assert len(observer.started) == 1

    run(main())


def test_an_unexpected_exception_leaves_no_request_open() -> None:
    async def main() -> None:
        harness, observer = ClientHarness(scripted(RuntimeError("a bug"), ok()), width=1), FakeObserver()

        with pytest.raises(RuntimeError, match="a bug"):
            await harness.ask(observer=observer)

        assert not observer.open
        assert isinstance(await harness.ask(), Completion)

    run(main())


def test_a_request_the_observer_refuses_is_not_sent() -> None:
    async def main() -> None:
        http = scripted(ok())
        forbidden = Failure(kind="budget", message="it would cost too much", sent=False)

        assert await ClientHarness(http).ask(observer=FakeObserver(forbidden)) == forbidden
        assert http.sent == []

    run(main())


def test_a_key_repeated_in_an_error_message_is_redacted() -> None:
    result, _, observer = ask(scripted(error(401, "wrong key: sk-secret")))

    assert isinstance(result, Failure)
    assert "sk-secret" not in result.message
    assert all("sk-secret" not in each.message for each in observer.ended if isinstance(each, Failure))


@pytest.mark.parametrize(("takes", "alone"), [(0.1, 0.1), (1.0, ALONE), (60.0, ALONE)])
def test_the_first_call_goes_alone_for_a_moment_or_until_it_is_answered(takes: float, alone: float) -> None:
    async def main() -> None:
        http = scripted(ok(), seconds=takes)
        began = now()
        await ClientHarness(http, width=100).ask_all(30)
        assert [at - began for at in http.times] == pytest.approx([0.0] + [alone] * 29, abs=0.02)

    run(main())


def test_a_wrong_key_costs_one_call() -> None:
    async def main() -> None:
        http = scripted(error(401), seconds=0.2)
        results = await ClientHarness(http, width=100).ask_all(50)
        assert all(isinstance(each, Failure) and each.kind == "auth" for each in results)
        assert len(http.sent) == 1

    run(main())


@pytest.mark.parametrize("said", [error(404), error(400), error(422), error(500), NEVER_SENT])
def test_an_error_of_every_call_costs_only_a_few_calls(said: ScriptedReply) -> None:
    async def main() -> None:
        http = scripted(said, seconds=0.2)
        results = await ClientHarness(http, width=100, retries=0).ask_all(200)
        assert all(isinstance(each, Failure) for each in results)
        assert len(http.sent) <= 10

    run(main())


def test_calls_queued_for_a_refused_key_do_not_wait_for_the_rate_limit() -> None:
    async def main() -> None:
        http, began = scripted(error(401)), now()
        results = await ClientHarness(http, rpm=6).ask_all(50)
        assert all(isinstance(each, Failure) for each in results)
        assert now() - began < 60.0

    run(main())


COOL_DOWN = 1.0


async def break_down(harness: ClientHarness, observer: FakeObserver | None = None) -> None:
    """Let a model that has answered once fail five times."""
    for _ in range(6):
        await harness.ask(observer=observer)


def test_a_caller_may_wait_for_a_model_in_trouble_or_leave_it() -> None:
    async def main() -> None:
        http = scripted(ok(), *[error(500)] * 5, ok())
        harness, observer = ClientHarness(http, retries=0), FakeObserver()
        await break_down(harness)
        opened_at = now()

        hasty = await harness.ask(observer=observer, patient=False)
        assert isinstance(hasty, Failure)
        assert (hasty.sent, observer.started, now()) == (False, [], opened_at)

        assert isinstance(await harness.ask(observer=observer), Completion)
        assert now() == pytest.approx(opened_at + COOL_DOWN + 1.0)

    run(main())


def test_of_many_waiting_calls_one_is_the_probe_and_the_others_follow_its_success() -> None:
    async def main() -> None:
        http = scripted(ok(), *[error(500)] * 5, ok())
        harness = ClientHarness(http, retries=0)
        await break_down(harness)
        ready_at = now() + COOL_DOWN

        results = await harness.ask_all(10)

        assert all(isinstance(each, Completion) for each in results)
        assert http.times[6] == pytest.approx(ready_at)
        assert min(http.times[7:]) == pytest.approx(ready_at + 1.0)

    run(main())


def test_a_canceled_probe_leaves_its_place_to_the_next() -> None:
    async def main() -> None:
        http = scripted(ok(), *[error(500)] * 5, ok(), seconds=10.0)
        harness = ClientHarness(http, retries=0)
        await break_down(harness)
        probe = asyncio.create_task(harness.ask())
        await asyncio.sleep(5.0)
        waiting = asyncio.create_task(harness.ask())
        await asyncio.sleep(1.0)
        assert len(http.sent) == 7

        probe.cancel()

        assert isinstance(await waiting, Completion)

    run(main())


def test_a_refused_probe_leaves_its_place_to_the_next() -> None:
    async def main() -> None:
        harness = ClientHarness(scripted(ok(), *[error(500)] * 5, error(403), ok()), retries=0)
        await break_down(harness)
        assert isinstance(await harness.ask(), Failure)
        async with asyncio.timeout(300.0):
            assert isinstance(await harness.ask(), Completion)

    run(main())


def test_the_limits_stated_in_a_reply_are_learned_once() -> None:
    learned: list[StatedLimits | None] = []

    class Recording(ProviderQueue):
        def learn(
            self, result: Completion | Failure, stated: StatedLimits | None, *, estimated: int, began: float
        ) -> None:
            learned.append(stated)
            super().learn(result, stated, estimated=estimated, began=began)

    class Watched(ClientHarness):
        queue = Recording

    async def main() -> None:
        limits = {"x_ratelimit_limit_requests": "60", "x_ratelimit_remaining_requests": "9"}
        await Watched(scripted(error(500, **limits), BROKEN, ok())).ask()

    run(main())

    assert learned == [StatedLimits(requests=60, requests_remaining=9), None, None]


def show(lines: str, *, retries: int = 2, shows: bool = True) -> tuple[Completion | Failure, list[str], int]:
    async def main() -> tuple[Completion | Failure, list[str], int]:
        http = scripted(HttpReply(status=200, body=lines.encode()))
        shown: list[str] = []
        result = await ClientHarness(http, retries=retries).client.complete(
            replace(CALL, stream=True), ACME, FakeObserver(), RetryState(RetryPolicy(retries=retries), lambda: 1.0),
            show=shown.append if shows else None,
        )  # fmt: skip
        return result, shown, len(http.sent)

    return run(main())


PIECE = '{"choices": [{"delta": {"content": "%s"}}]}'
END = '{"choices": [{"delta": {}, "finish_reason": "stop"}]}'


def test_a_completion_is_shown_as_it_arrives() -> None:
    result, shown, _ = show("\n".join((PIECE % "he", PIECE % "llo", END, "[DONE]")))

    assert isinstance(result, Completion)
    assert (result.text, shown) == ("hello", ["he", "llo"])


def test_a_streamed_completion_that_nobody_was_shown_is_tried_again() -> None:
    result, shown, sends = show("\n".join((PIECE % "he", "break")), shows=False)

    assert isinstance(result, Failure)
    assert (shown, sends) == ([], 3)


def test_once_a_piece_was_shown_the_call_is_not_retried() -> None:
    result, shown, sends = show("\n".join((PIECE % "he", "break")))

    assert isinstance(result, Failure)
    assert (shown, sends) == (["he"], 1)


def test_a_stream_that_breaks_before_its_first_piece_is_retried() -> None:
    assert show("break", retries=1)[2] >= 2


@pytest.mark.parametrize("stream", [False, True])
def test_a_provider_without_a_socket_is_opened_once_and_told_whether_the_call_is_streamed(stream: bool) -> None:
    opened: list[bool] = []

    class InProcess:
        async def open(self, *, stream: bool) -> None:
            opened.append(stream)

        async def send(self, request: HttpRequest) -> HttpReply:
            return ok()

        async def events(self, request: HttpRequest) -> AsyncIterator[str]:
            yield END

    async def main() -> None:
        harness = ClientHarness(scripted(), open_in_process=lambda _endpoint, _model: InProcess())
        for _ in range(2):
            await harness.ask(replace(CALL, stream=stream), endpoint=replace(ACME, transport="local"))

    run(main())

    assert opened == [stream]


def test_a_call_without_a_socket_that_takes_too_long_is_not_said_to_be_billed() -> None:
    class InProcess:
        async def open(self, *, stream: bool) -> None:
            pass

        async def send(self, request: HttpRequest) -> HttpReply:
            await asyncio.sleep(60)
            return ok()

    async def main() -> Completion | Failure:
        opened = ClientHarness(scripted(), timeout=3, retries=0, open_in_process=lambda _endpoint, _model: InProcess())
        return await opened.ask(endpoint=replace(ACME, transport="local"))

    result = run(main())
    assert isinstance(result, Failure)
    assert result.message == "acme did not answer within 3 s: raise --timeout"


def test_closing_the_client_closes_what_it_opened_and_opens_nothing() -> None:
    async def main() -> None:
        used, unused = scripted(ok()), scripted(ok())
        harness = ClientHarness(used)
        await harness.ask()
        await harness.client.close()
        await ClientHarness(unused).client.close()
        assert (used.closed, unused.closed) == (True, False)

    run(main())


replies = st.sampled_from([
    "ok", "ok", "ok", error(500), error(529), error(429), error(429, retry_after="5"), error(429, retry_after="500"),
    error(400), error(403), error(404), error(413), NEVER_SENT, BROKEN, "hang", "bug",
    HttpReply(status=200, body=b"{"), HttpReply(status=200, body=b'{"error": {"code": 502}}'),
])  # fmt: skip
calls = st.lists(
    st.tuples(st.floats(0, 20), st.none() | st.floats(0, 60), st.booleans()),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(replies, max_size=40), calls, st.integers(1, 4), st.integers(0, 2))
def test_in_any_case_each_recorded_request_ends_once_and_no_place_is_lost(
    script: list[HttpReply | Exception | str],
    options: Sequence[tuple[float, float | None, bool]],
    width: int,
    retries: int,
) -> None:
    left = list(script)

    async def answer(endpoint: Endpoint, request: HttpRequest) -> HttpReply:
        said = left.pop(0) if left else "ok"
        await asyncio.sleep(700.0 if said == "hang" else 1.0)
        if said == "bug":
            raise RuntimeError("a bug")
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, HttpReply) else ok()

    async def main() -> None:
        http, observer = FakeHttp(answer), FakeObserver()
        harness = ClientHarness(http, width=width, retries=retries)

        async def call(later: float, patient: bool) -> object:
            await asyncio.sleep(later)
            return await harness.ask(observer=observer, patient=patient)

        tasks = []
        for later, stops, patient in options:
            task = asyncio.create_task(call(later, patient))
            if stops is not None:
                asyncio.get_running_loop().call_later(stops, task.cancel)
            tasks.append(task)
        async with asyncio.timeout(20_000.0):
            results = await asyncio.gather(*tasks, return_exceptions=True)

        assert all(isinstance(each, Completion | Failure | asyncio.CancelledError | RuntimeError) for each in results)
        assert not observer.open
        assert len(observer.started) == len(observer.ended) == len(http.sent)
        assert http.most_in_flight <= width
        left.clear()
        await asyncio.sleep(1000.0)
        if harness.health.refused("acme") is None:
            async with asyncio.timeout(20_000.0):
                final = [await harness.ask(observer=observer), *await harness.ask_all(width + 1, observer)]
            assert all(isinstance(each, Completion) for each in final)

    run(main())


async def waits_after(
    http: FakeHttp, seconds: float, *, calls: int = 3, rpm: int | None = None
) -> list[tuple[str, str, float]]:
    """Return what is waited for so many seconds after some calls were begun, with the seconds left."""
    harness = ClientHarness(http, rpm=rpm)
    began = now()
    asked = asyncio.create_task(harness.ask_all(calls))
    await asyncio.sleep(seconds)
    waits = [(wait.provider, wait.reason, round(wait.until - began - seconds, 3)) for wait in harness.client.waits()]
    asked.cancel()
    return waits


def test_calls_that_are_all_refused_wait_as_long_as_the_provider_says() -> None:
    refused = scripted(error(429, retry_after="30"), seconds=0.1)

    assert run(waits_after(refused, 5.0)) == [("acme", "429", 25.1)]


@pytest.mark.parametrize(
    ("reply", "reason"), [(error(503, retry_after="20"), "503"), (NEVER_SENT, "not reached"), (BROKEN, "not reached")]
)
def test_calls_to_a_provider_that_is_away_wait_for_it(reply: ScriptedReply, reason: str) -> None:
    ((provider, why, left),) = run(waits_after(scripted(reply, seconds=0.1), 0.5))

    assert (provider, why) == ("acme", reason)
    assert 0 < left <= 20


def test_nothing_is_waited_for_while_a_call_is_in_flight() -> None:
    one_is_slow = scripted(error(429, retry_after="30"), ok(), seconds=4.0)

    assert run(waits_after(one_is_slow, 3.0)) == []
    assert run(waits_after(scripted(ok(), seconds=0.1), 3.0)) == []


def test_calls_above_the_rate_wait_for_it() -> None:
    assert run(waits_after(scripted(ok(), seconds=0.0), 1.0, rpm=6)) == [("acme", "rate limit", 9.0)]
