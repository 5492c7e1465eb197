from __future__ import annotations

import hashlib
import subprocess
import sys
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp import fingerprint
from scrimp.values import Chain, Message, ModelRef, Parameters, Prompt, Step, ToolCall

LUNA = ModelRef("openai", "gpt-6-luna", effort="none")
FLASH = ModelRef("deepseek", "deepseek-flash")
CHAIN = Chain(steps=(Step("simple", (LUNA, FLASH), "simple"),))
PROMPT = Prompt(index=0, text="hello", system="be brief")


def key(chain: Chain = CHAIN, prompt: Prompt = PROMPT, text: str | None = None, **kwargs: object) -> bytes:
    inputs = {"parameters": Parameters(), "level": "off", "check": None, "locations": {"openai": "https://x"}} | kwargs
    route = fingerprint.route_bytes(
        chain, inputs["parameters"], level=inputs["level"], check=inputs["check"], locations=inputs["locations"]
    )  # type: ignore[arg-type]
    compressed = prompt.text if text is None else text
    return fingerprint.key(route, text=compressed, system=prompt.system, history=prompt.history)


def test_everything_requested_is_in_the_key() -> None:
    other_effort = Chain(steps=(Step("simple", (replace(LUNA, effort="low"), FLASH), "simple"),))
    keys = [
        key(),
        key(text="hello."),
        key(prompt=replace(PROMPT, system=None)),
        key(prompt=replace(PROMPT, history=(Message("user", "hi"), Message("assistant", "yes")))),
        key(chain=Chain(steps=(Step("simple", (FLASH, LUNA)),))),
        key(chain=other_effort),
        key(parameters=Parameters(max_output=5)),
        key(parameters=Parameters(choices=("a", "b"))),
        key(parameters=Parameters(choices=("a,b",))),
        key(parameters=Parameters(schema={"type": "object"})),
        key(parameters=Parameters(temperature=0.0)),
        key(level="lossless"),
        key(check="true"),
        key(locations={"openai": "https://elsewhere"}),
    ]

    assert len(set(keys)) == len(keys)


def test_the_position_and_id_of_a_row_are_not_in_the_key() -> None:
    assert key() == key(prompt=replace(PROMPT, index=7, id="t-7", source="b.jsonl:8", row={"text": "hello"}))


def test_the_first_sample_of_a_prompt_has_the_key_of_the_prompt_and_each_other_its_own() -> None:
    alone = fingerprint.key(b"route", text="x", system="s")
    samples = [fingerprint.key(b"route", text="x", system="s", sample=number) for number in range(20)]

    assert samples[0] == alone
    assert len(set(samples)) == 20


def test_the_order_of_a_schemas_properties_does_not_matter() -> None:
    one, two = {"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}

    assert key(parameters=Parameters(schema=one)) == key(parameters=Parameters(schema=two))


def test_the_threshold_is_in_the_key_only_for_chains_of_several_steps() -> None:
    chain = Chain(steps=(Step("a", (LUNA,)), Step("b", (FLASH,))), min_confidence=0.9)

    assert key(chain=replace(CHAIN, min_confidence=0.5)) == key()
    assert key(chain=replace(chain, min_confidence=0.5)) != key(chain=chain)


def test_a_chain_that_keeps_nothing_unjudged_has_other_keys() -> None:
    chain = Chain(steps=(Step("a", (LUNA,)), Step("b", (FLASH,))))

    assert key(chain=replace(chain, escalate_unjudged=True)) != key(chain=chain)
    assert key(chain=replace(CHAIN, escalate_unjudged=True)) == key()  # of one step: there is nothing to escalate to


def test_the_judge_of_a_chain_is_in_its_keys() -> None:
    chain = Chain(steps=(Step("a", (LUNA,)), Step("b", (FLASH,))), signal="judge")
    judges = [None, *(Step("judge", (model,)) for model in (LUNA, FLASH, replace(FLASH, effort="low")))]

    assert len({key(chain=replace(chain, judge=judge)) for judge in judges}) == len(judges)
    assert key(chain=replace(CHAIN, judge=judges[1])) == key()  # of one step: there is nothing to judge for


def test_the_share_that_a_level_keeps_is_in_the_key_where_it_is_not_the_default() -> None:
    shares = (None, 0.4, 0.8)
    routes = {fingerprint.route_bytes(CHAIN, Parameters(), level="focus", check=None, locations={}, keep=share)
              for share in shares}  # fmt: skip

    assert len(routes) == len(shares)


def test_a_limit_of_a_row_has_one_key_however_it_is_written() -> None:
    route = fingerprint.route_bytes(CHAIN, Parameters(), level="off", check=None, locations={})
    one = fingerprint.limited_route(route, Decimal("0.01"), "skip")

    assert fingerprint.limited_route(route, Decimal("0.0100"), "skip") == one
    assert fingerprint.limited_route(route, Decimal("0.02"), "skip") != one
    assert fingerprint.limited_route(route, Decimal("0.01"), "cheaper") != one


@given(st.text(), st.text(), st.text(), st.text())
def test_text_cannot_move_from_one_field_to_the_next_with_the_same_key(
    system: str, text: str, other: str, another: str
) -> None:
    one = key(prompt=Prompt(index=0, text=text, system=system))
    two = key(prompt=Prompt(index=0, text=another, system=other))

    assert (one == two) == ((system, text) == (other, another))


class MoreParameters(Parameters, frozen=True, kw_only=True):
    """Parameters as they may be one day."""

    seed: int | None = None
    stop: tuple[str, ...] = ()


def test_a_parameter_added_later_changes_only_the_keys_of_those_who_use_it() -> None:
    given = MoreParameters(max_output=5, choices=("a", "b"))

    assert key(parameters=given) == key(parameters=Parameters(max_output=5, choices=("a", "b")))
    assert len({key(parameters=replace(given, **more)) for more in ({}, {"seed": 0}, {"stop": ("x",)})}) == 3


def test_the_key_of_today_is_the_key_of_tomorrow() -> None:
    # Pinned: changing this value invalidates every existing cache. Increase the version only with a reason.
    assert key().hex() == PINNED


PINNED = "3b8295039fcaee22760bfadf8564cbc23458c45d6821f70b6e03bb8b6c19cf64"


def test_an_arm_has_the_key_of_its_model_with_that_effort_asked_for() -> None:
    one, low = Chain(steps=(Step("a", (replace(LUNA, arm="low"),)),)), Parameters(effort="low")
    two = Chain(steps=(Step("a", (LUNA,)), Step("b", (FLASH,))))
    arms = Chain(steps=tuple(Step(step.name, (replace(step.candidates[0], arm="low"),)) for step in two.steps))

    assert key(chain=one) == key(chain=Chain(steps=(Step("a", (LUNA,)),)), parameters=low)
    assert key(chain=one, parameters=Parameters(effort="high")) == key(chain=one)
    assert key(chain=arms) == key(chain=two, parameters=low)
    # A judge is asked with its own effort, not with the run's.
    assert key(chain=replace(arms, signal="judge")) != key(chain=replace(two, signal="judge"), parameters=low)


efforts = st.sampled_from(["none", "low", "high", None])


@given(st.lists(st.tuples(efforts, efforts), min_size=1, max_size=3), efforts)
def test_two_routes_with_one_key_ask_the_same_efforts(
    settings: list[tuple[str | None, str | None]], asked: str | None
) -> None:
    def asked_of(models: list[ModelRef], effort: str | None) -> list[str | None]:
        return [model.effort_of(effort) for model in models]  # type: ignore[arg-type]  # a word of the list

    models = [ModelRef("openai", f"m{number}", effort, arm=arm) for number, (effort, arm) in enumerate(settings)]  # type: ignore[arg-type]  # as above
    plain = [replace(model, arm=None) for model in models]
    spellings = [(models, asked), (plain, asked), (models, None), (plain, None), (plain, "low"), (plain, "high")]
    keys = {}
    for each, effort in spellings:
        chain = Chain(steps=tuple(Step(model.id, (model,)) for model in each))
        keys.setdefault(key(chain=chain, parameters=Parameters(effort=effort)), []).append(asked_of(each, effort))  # type: ignore[arg-type]  # as above

    assert all(one == same[0] for same in keys.values() for one in same)


@given(st.lists(st.tuples(efforts, efforts), min_size=1, max_size=3), efforts)
@example([("none", "none"), ("none", None)], None)
@example([("none", "none"), ("none", None)], "none")
@example([("none", None)], None)
def test_what_is_asked_in_other_words_asks_the_same_and_the_other_way_round(
    settings: list[tuple[str | None, str | None]], asked: str | None
) -> None:
    models = [ModelRef("openai", f"m{number}", effort, arm=arm) for number, (effort, arm) in enumerate(settings)]  # type: ignore[arg-type]  # words of the list
    chain = Chain(steps=tuple(Step(model.id, (model,)) for model in models))
    parameters = Parameters(effort=asked)  # type: ignore[arg-type]  # as above
    other = fingerprint.other_spelling(chain, parameters)
    if other is None:
        return
    others = [model for step in other[0].steps for model in step.candidates]
    back = fingerprint.other_spelling(*other)

    assert [model.effort_of(other[1].effort) for model in others] == [model.effort_of(asked) for model in models]  # type: ignore[arg-type]  # as above
    assert key(chain=other[0], parameters=other[1]) != key(chain=chain, parameters=parameters)
    assert back is not None
    assert key(chain=back[0], parameters=back[1]) == key(chain=chain, parameters=parameters)


def test_where_data_stands_is_not_in_the_key() -> None:
    turns = (Message("user", "Is it open? 7"), Message("assistant", "yes"))
    told = (replace(turns[0], told=((12, 13),)), turns[1])

    assert key(prompt=replace(PROMPT, history=turns)) == key(prompt=replace(PROMPT, history=told, told=((0, 5),)))


def test_the_tools_that_were_called_and_their_results_are_in_the_key() -> None:
    called = Message("assistant", "", calls=(ToolCall("c1", "find", "{}"),))
    result = Message("tool", "x", call_id="c1", name="find")
    after = [(), (called, result), (called, replace(result, content="y")), (called, replace(result, is_error=True)),
             (replace(called, calls=(ToolCall("c1", "find", '{"a":1}'),)), result)]  # fmt: skip
    keys = [fingerprint.key(b"route", text="x", after=turns) for turns in after]
    keys += [fingerprint.key(b"route", text="x", history=turns) for turns in after[1:]]

    assert len(set(keys)) == len(keys)
    assert keys[0] == fingerprint.key(b"route", text="x")


def test_the_hash_of_keys_is_sha256_whichever_function_computes_it() -> None:
    sha256 = fingerprint.Sha256(little=10)

    for content in (b"", b"little", b"much more of it", b"", b"little again"):
        assert sha256(content) == hashlib.sha256(content).digest()


def test_the_key_of_one_prompt_does_not_load_openssl() -> None:
    code = (
        "import sys\n"
        "from scrimp.fingerprint import key\n"
        "key(b'', text='hello')\n"
        "print('_hashlib' in sys.modules)\n"
        "[key(b'', text='hello' * 1000) for _ in range(20)]\n"
        "print('_hashlib' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "False\nTrue\n"
