from __future__ import annotations

import json
import threading
from decimal import Decimal
from fractions import Fraction
from typing import Any

import genai_prices
import pytest

from caching_provider import ClaudeCache, GptCache, QwenCache
from command import Scrimp
from fake_provider import Reply, completion, fake_provider

MODEL = "anthropic/claude-haiku-5-5"
SYSTEM = "You answer tickets of a shop. " * 400  # 12 000 characters: 3 000 tokens of the fake's
# Dollars per million tokens of that model, on its vendor's page: fresh, read, written for 5 minutes, output.
FRESH, READ, WRITE, OUTPUT = Fraction("0.10"), Fraction("0.01"), Fraction("0.125"), Fraction("0.50")


def rows(number: int) -> str:
    return "".join(json.dumps({"prompt": f"ticket {each}"}) + "\n" for each in range(number))


def configure(scrimp: Scrimp, url: str, defaults: str = "") -> None:
    scrimp.env["ANTHROPIC_API_KEY"] = "sk-test-0123456789"
    scrimp.config(f'[defaults]\n{defaults}\n[providers.anthropic]\nbase_url = "{url}"\n')


def bill_of(scrimp: Scrimp) -> dict[str, Any]:
    bill: dict[str, Any] = json.loads((scrimp.cwd / "bill.json").read_text(), parse_float=Decimal)
    return bill


def dollars(usage: dict[str, Any]) -> Fraction:
    return (
        usage["input_tokens"] * FRESH + usage["cache_read_input_tokens"] * READ
        + usage["cache_creation_input_tokens"] * WRITE + usage["output_tokens"] * OUTPUT
    ) / 1_000_000  # fmt: skip


def dollars_elsewhere(usage: dict[str, Any]) -> Fraction:
    """What a price list that others keep makes of it."""
    read, written = usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]
    counted = genai_prices.Usage(
        input_tokens=usage["input_tokens"] + read + written, cache_read_tokens=read, cache_write_tokens=written,
        output_tokens=usage["output_tokens"],
    )  # fmt: skip
    price = genai_prices.calc_price(counted, "claude-haiku-5-5", provider_id="anthropic")
    return Fraction(price.total_price)


RUN = ("run", "-m", MODEL, "--summary-file", "bill.json", "-j", "8")


def test_what_rows_begin_with_is_written_once_by_a_call_that_goes_alone_and_read_by_all_others(scrimp: Scrimp) -> None:
    cache = ClaudeCache()
    with fake_provider(cache.answer) as provider:
        configure(scrimp, provider.url)
        scrimp.file("rows.jsonl", rows(20))
        ran = scrimp(*RUN, "rows.jsonl", "--system", SYSTEM)

    assert ran.status == 0, ran.err
    assert [usage["cache_creation_input_tokens"] for usage in cache.usages] == [3000] + [0] * 19
    assert [usage["cache_read_input_tokens"] for usage in cache.usages] == [0] + [3000] * 19
    assert "the first call writes them, the others read them" in ran.err
    calls, paid = scrimp.paid_calls()
    assert (calls, paid) == (20, sum(map(dollars, cache.usages)))
    assert paid == sum(map(dollars_elsewhere, cache.usages))
    saved = Fraction(bill_of(scrimp)["baseline"]["saved_by_usd"]["provider_caching"])
    assert saved == (19 * 3000 * (FRESH - READ) - 3000 * (WRITE - FRESH)) / 1_000_000
    assert Fraction(bill_of(scrimp)["baseline"]["cost_usd"]) == paid + saved


def test_a_live_run_beside_a_store_of_batches_expects_its_rows_to_read_what_the_provider_keeps(scrimp: Scrimp) -> None:
    with fake_provider(ClaudeCache().answer) as provider:
        configure(scrimp, provider.url)
        assert scrimp("batch", "list").status == 0
        assert (scrimp.home / "batches.db").exists()
        ran = scrimp(*RUN, "-", "--system", SYSTEM, stdin=rows(24))

    assert ran.status == 0, ran.err
    fresh = 24 * 3000 * FRESH / 1_000_000
    assert bill_of(scrimp)["estimate"]["expected_usd"] < fresh


NEWLINE = "\n"
DOCUMENTS = [f"Chapter {name}. " + f"It rains in {name}. " * 300 + "\n\n" for name in ("Rome", "Oslo", "Bonn")]


def test_documents_that_some_rows_are_about_are_kept_behind_the_system_text_of_all(scrimp: Scrimp) -> None:
    cache = ClaudeCache()
    asked = [document + f"Question {number}: why?" for number in range(5) for document in DOCUMENTS]
    with fake_provider(cache.answer) as provider:
        configure(scrimp, provider.url)
        scrimp.file("rows.jsonl", "".join(json.dumps({"prompt": each}) + "\n" for each in asked))
        ran = scrimp(*RUN, "rows.jsonl", "--system", SYSTEM, "--compress", "off")

    assert ran.status == 0, ran.err
    assert [_said(body) for body in provider.bodies if _said(body) not in asked] == []
    written = [usage["cache_creation_input_tokens"] for usage in cache.usages if usage["cache_creation_input_tokens"]]
    sizes = [len("user: " + document) // 4 for document in DOCUMENTS]
    assert sorted(written) == pytest.approx(sorted([sizes[0] + 3000, *sizes[1:]]), abs=20)
    assert sum(usage["cache_read_input_tokens"] > 3000 for usage in cache.usages) == 12
    assert scrimp.paid_calls()[1] == sum(map(dollars, cache.usages))


def _said(body: dict[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


def test_a_file_that_several_rows_are_about_is_written_once(scrimp: Scrimp) -> None:
    cache = ClaudeCache()
    with fake_provider(cache.answer) as provider:
        configure(scrimp, provider.url)
        scrimp.file("a.pdf", b"%PDF-1.4\n" + b"1 0 obj <</Type /Page>> endobj\n" * 200 + b"%%EOF")
        scrimp.file("rows.jsonl", rows(6))
        ran = scrimp(*RUN, "rows.jsonl", "--attach", "a.pdf")

    assert ran.status == 0, ran.err
    assert sum(usage["cache_creation_input_tokens"] > 0 for usage in cache.usages) == 1
    assert sum(usage["cache_read_input_tokens"] > 0 for usage in cache.usages) == 5


def test_rows_of_a_pipe_whose_number_nobody_knows_are_kept_from_the_second_on(scrimp: Scrimp) -> None:
    cache = ClaudeCache()
    with fake_provider(cache.answer) as provider:
        configure(scrimp, provider.url)
        ran = scrimp.amid(*RUN, "-", "--system", SYSTEM, stdin=rows(6).encode(), prepared="patient")

    assert ran.status == 0, ran.err
    assert [usage["cache_creation_input_tokens"] for usage in cache.usages] == [0, 3000, 0, 0, 0, 0]


# Alibaba's page: a write at 125 %, then reads at 10 % of 0.40, or none and reads at 20 %; output 1.20.
QWEN = {"fresh": Fraction("0.40"), "write": Fraction("0.50"), "marked": Fraction("0.04"), "found": Fraction("0.08")}


def qwen_dollars(usage: dict[str, Any]) -> Fraction:
    details = usage["prompt_tokens_details"]
    read, written = details["cached_tokens"], details.get("cache_creation_input_tokens", 0)
    rate = QWEN["marked" if "cache_creation_input_tokens" in details else "found"]
    fresh = usage["prompt_tokens"] - read - written
    return (fresh * QWEN["fresh"] + read * rate + written * QWEN["write"] + 2 * Fraction("1.20")) / 1_000_000


@pytest.mark.parametrize("number", [3, 4])
@pytest.mark.parametrize("model", ["qwen-plus", "qwen3.8-max"])
def test_qwen_is_sent_marks_only_where_they_save_more_than_what_it_keeps_by_itself(
    scrimp: Scrimp, model: str, number: int
) -> None:
    """A write costs a quarter more, a read a tenth of the input less: it pays from the fourth call on.

    Of the second model the rate of such reads is not known.
    """
    cache = QwenCache()
    with fake_provider(cache.answer) as provider:
        scrimp.env["DASHSCOPE_API_KEY"] = "sk-test-0123456789"
        scrimp.config(f'[providers.qwen]\nbase_url = "{provider.url}"\n')
        scrimp.file("rows.jsonl", rows(number))
        ran = scrimp("run", "-m", f"qwen/{model}", "rows.jsonl", "--system", SYSTEM, "-j", "8")

    assert ran.status == 0, ran.err
    marked = number == 4 and model == "qwen-plus"
    assert [json.dumps(body).count("cache_control") for body in provider.bodies] == [int(marked)] * number
    details = [usage["prompt_tokens_details"] for usage in cache.usages]
    assert [each["cached_tokens"] >= 3000 for each in details] == [False] + [True] * (number - 1)
    assert [each.get("cache_creation_input_tokens", 0) for each in details] == [3000 * marked] + [0] * (number - 1)
    if model == "qwen-plus":
        assert scrimp.paid_calls() == (number, sum(map(qwen_dollars, cache.usages)))


def test_a_model_of_qwen_that_knows_no_marks_is_sent_none_after_the_first(scrimp: Scrimp) -> None:
    cache = QwenCache(knows_marks=False)
    with fake_provider(cache.answer) as provider:
        scrimp.env["DASHSCOPE_API_KEY"] = "sk-test-0123456789"
        scrimp.config(f'[providers.qwen]\nbase_url = "{provider.url}"\n')
        scrimp.file("rows.jsonl", rows(12))
        ran = scrimp("run", "-m", "qwen/qwen-plus", "rows.jsonl", "--system", SYSTEM, "-j", "4")

    assert ran.status == 0, ran.err
    marked = [json.dumps(body).count("cache_control") for body in provider.bodies]
    assert marked == [1] + [0] * 11
    assert scrimp.paid_calls() == (12, sum(map(qwen_dollars, cache.usages)))


@pytest.mark.parametrize(
    ("number", "system", "defaults"),
    [(1, SYSTEM, ""), (20, "Be brief.", ""), (20, SYSTEM, 'provider_cache = "off"')],
    ids=["one row", "a short text", "turned off"],
)
def test_nothing_is_kept_and_nobody_waits_where_that_saves_nothing_or_is_not_wanted(
    scrimp: Scrimp, number: int, system: str, defaults: str
) -> None:
    with fake_provider(ClaudeCache().answer) as provider:
        configure(scrimp, provider.url, defaults)
        scrimp.file("rows.jsonl", rows(number))
        ran = scrimp(*RUN, "rows.jsonl", "--system", system)

    assert ran.status == 0, ran.err
    assert "cache_control" not in json.dumps(provider.bodies)
    assert all(body["system"] == system for body in provider.bodies)
    assert bill_of(scrimp)["baseline"]["saved_by_usd"]["provider_caching"] == 0


def test_rows_answered_with_a_cache_are_found_again_without_it_and_say_the_same(scrimp: Scrimp) -> None:
    with fake_provider(ClaudeCache().answer) as provider:
        configure(scrimp, provider.url)
        scrimp.file("rows.jsonl", rows(5))
        kept = scrimp(*RUN, "rows.jsonl", "--system", SYSTEM)
        configure(scrimp, provider.url, 'provider_cache = "off"')
        again = scrimp(*RUN, "rows.jsonl", "--system", SYSTEM, "--cache", "only")

    assert again.status == 0, again.err
    assert len(provider.bodies) == 5
    assert [row["output"] for row in again.rows] == [row["output"] for row in kept.rows]


@pytest.mark.parametrize("number", [1, 8])
def test_openai_bills_writes_of_what_rows_share_and_of_nothing_else(scrimp: Scrimp, number: int) -> None:
    cache = GptCache()
    with fake_provider(cache.answer) as provider:
        scrimp.env["OPENAI_API_KEY"] = "sk-test-0123456789"
        scrimp.config(f'[providers.openai]\nbase_url = "{provider.url}"\n')
        scrimp.file("rows.jsonl", rows(number))
        ran = scrimp("run", "-m", "openai/gpt-6-luna", "rows.jsonl", "--system", SYSTEM)

    assert ran.status == 0, ran.err
    details = [usage["prompt_tokens_details"] for usage in cache.usages]
    assert [each["cache_write_tokens"] for each in details] == [3000 if number > 1 else 0] + [0] * (number - 1)
    assert [each["cached_tokens"] for each in details] == [0] + [3000] * (number - 1)
    names = {body.get("prompt_cache_key") for body in provider.bodies}
    assert len(names) == 1
    assert (names == {None}) == (number == 1)


@pytest.mark.parametrize(
    ("provider_name", "model", "field"),
    [
        ("mistral", "mistral-small-2603", "prompt_cache_key"),
        ("openai", "gpt-5.4-nano", "prompt_cache_key"),
        ("openrouter", "openai/gpt-4o-mini", "session_id"),
        ("deepseek", "deepseek-flash", None),
    ],
)
def test_a_provider_that_wants_a_name_for_what_is_shared_gets_one_and_all_let_the_first_go_alone(
    scrimp: Scrimp, provider_name: str, model: str, field: str | None
) -> None:
    at_once: list[int] = []
    two = threading.Event()

    def answer(body: dict[str, Any]) -> Reply:
        at_once.append(provider.at_once)
        if len(provider.bodies) > 2:
            two.set()
        assert len(provider.bodies) == 1 or two.wait(100)  # those after the first are under way together
        return completion("ok", model=body["model"])

    with fake_provider(answer) as provider:
        scrimp.env[f"{provider_name.upper()}_API_KEY"] = "sk-test-0123456789"
        scrimp.config(f'[providers.{provider_name}]\nbase_url = "{provider.url}"\n')
        scrimp.file("rows.jsonl", rows(5))
        ran = scrimp("run", "-m", f"{provider_name}/{model}", "rows.jsonl", "--system", SYSTEM)

    assert ran.status == 0, ran.err
    assert at_once[0] == 1 < max(at_once)
    names = [
        {name: body[name] for name in ("prompt_cache_key", "session_id") if name in body} for body in provider.bodies
    ]
    assert {tuple(each) for each in names} == {() if field is None else (field,)}
    assert all(each == names[0] for each in names)
    assert all(body["messages"][0]["content"] == SYSTEM for body in provider.bodies)


def test_a_prefix_is_what_all_prompts_begin_with_and_is_kept_whatever_follows_it(scrimp: Scrimp) -> None:
    cache = ClaudeCache()
    with fake_provider(cache.answer) as provider:
        configure(scrimp, provider.url)
        scrimp.file("laws.txt", DOCUMENTS[0] + "\n")
        scrimp.file(
            "rows.jsonl", "".join(json.dumps({"prompt": "x", "system": f"It is day {day}."}) + "\n" for day in range(6))
        )
        ran = scrimp(*RUN, "rows.jsonl", "--prefix", "laws.txt")
        hits = scrimp(*RUN, "rows.jsonl", "--prefix", "laws.txt")
        plain = scrimp(*RUN, "rows.jsonl", "--cache", "only")

    assert ran.status == 0, ran.err
    assert {row["cache"] for row in hits.rows} == {"hit"}
    assert plain.status == 7  # a prefix is part of what is asked
    texts = ["".join(block["text"] for block in body["system"]) for body in provider.bodies]
    assert sorted(texts) == [f"{DOCUMENTS[0].rstrip(NEWLINE)}\n\nIt is day {day}." for day in range(6)]
    written = [usage["cache_creation_input_tokens"] for usage in cache.usages]
    assert written[0] > 0
    assert written[1:] == [0] * 5
    assert {usage["cache_read_input_tokens"] for usage in cache.usages[1:]} == {written[0]}


def test_a_prefix_that_cannot_be_read_is_said_before_the_first_call(scrimp: Scrimp) -> None:
    scrimp.file("rows.jsonl", rows(2))
    ran = scrimp("run", "rows.jsonl", "--prefix", "none.txt")

    assert ran.status == 2
    assert "--prefix: none.txt cannot be read" in ran.err


def dated(number: int, *, other: int) -> str:
    """Rows with a system text of 12 000 characters and more, one of them with another date in it."""
    rows = []
    for each in range(number):
        day = "30" if each == other else "29"
        system = f"{SYSTEM[:1197]}…Today is 2026-11-{day}. {SYSTEM[1200:]}"  # the ellipsis has three bytes
        rows.append(json.dumps({"prompt": f"ticket {each}", "system": system}) + "\n")
    return "".join(rows)


def test_an_estimate_says_what_is_kept_and_which_row_begins_otherwise_from_which_byte_on(scrimp: Scrimp) -> None:
    configure(scrimp, "http://127.0.0.1:9")
    scrimp.file("rows.jsonl", dated(200, other=29))
    told = scrimp("estimate", "rows.jsonl", "-m", MODEL)
    document = json.loads(scrimp("estimate", "rows.jsonl", "-m", MODEL, "--json").out)

    assert told.status == 0, told.err
    assert (
        f"provider cache: 199 calls begin with the same {document['provider_cache']['models'][0]['tokens']:,}"
        in told.out
    )
    first = document["provider_cache"]["first_other"]
    row = json.loads(dated(30, other=29).splitlines()[29])["system"].encode()
    assert (first["source"], first["first"], first["rows"]) == ("rows.jsonl:30", "rows.jsonl:1", 1)
    assert row[first["byte"] - 1 :].decode().startswith("30. ")
    assert (
        f'rows.jsonl:30 begins otherwise than rows.jsonl:1: byte {first["byte"]:,} of its system text is "30.'
        in told.out
    )


def test_an_estimate_is_silent_on_caching_where_it_is_off_or_rows_begin_alike(scrimp: Scrimp) -> None:
    configure(scrimp, "http://127.0.0.1:9", 'provider_cache = "off"')
    scrimp.file("rows.jsonl", dated(20, other=-1))
    off = scrimp("estimate", "rows.jsonl", "-m", MODEL)
    configure(scrimp, "http://127.0.0.1:9")
    alike = scrimp("estimate", "rows.jsonl", "-m", MODEL)

    assert "provider cache" not in off.out
    assert "provider cache: 20 calls" in alike.out
    assert "begins otherwise" not in off.out + alike.out


def test_tools_and_schemas_that_stand_before_what_is_shared_are_named(scrimp: Scrimp) -> None:
    configure(scrimp, "http://127.0.0.1:9")
    scrimp.file("schema.json", json.dumps({"type": "object", "properties": {"n": {"type": "integer"}}}))
    scrimp.file("rows.jsonl", "".join(json.dumps({"prompt": f"{DOCUMENTS[0]}{each}?"}) + "\n" for each in range(4)))
    with_schema = scrimp("estimate", "rows.jsonl", "-m", MODEL, "--schema", "schema.json")
    assert "the schema stands before what is shared: a run with another one keeps it again" in with_schema.out

    def turns(tool: str) -> str:
        call = {"id": "1", "type": "function", "function": {"name": tool, "arguments": "{}"}}
        return json.dumps({"messages": [
            {"role": "system", "content": SYSTEM}, {"role": "user", "content": "look"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "1", "content": "seen"}, {"role": "user", "content": "and?"},
        ]}) + "\n"  # fmt: skip

    scrimp.file("turns.jsonl", turns("search") + turns("read"))
    told = scrimp("estimate", "turns.jsonl", "-m", MODEL)
    assert told.status == 0, told.err
    assert "its tools, which stand before all else, are read instead of search" in told.out


def test_a_dry_run_shows_the_marks_that_a_run_sends(scrimp: Scrimp) -> None:
    with fake_provider(ClaudeCache().answer) as provider:
        configure(scrimp, provider.url)
        scrimp.file("rows.jsonl", rows(3))
        shown = scrimp(*RUN, "rows.jsonl", "--system", SYSTEM, "--dry-run")
        assert not provider.bodies
        scrimp(*RUN, "rows.jsonl", "--system", SYSTEM)

    assert [row["body"] for row in shown.rows] == sorted(provider.bodies, key=lambda body: str(body["messages"]))
    assert all("cache_control" in body["system"][-1] for body in provider.bodies)


def test_samples_of_one_prompt_share_the_whole_of_it(scrimp: Scrimp) -> None:
    cache = ClaudeCache()
    with fake_provider(cache.answer) as provider:
        configure(scrimp, provider.url)
        scrimp.file("rows.jsonl", json.dumps({"prompt": DOCUMENTS[0] + "Why?"}) + "\n")
        ran = scrimp(*RUN, "rows.jsonl", "--samples", "4")

    assert ran.status == 0, ran.err
    written = [usage["cache_creation_input_tokens"] for usage in cache.usages]
    assert [bool(each) for each in written] == [True, False, False, False]
    assert [usage["cache_read_input_tokens"] for usage in cache.usages] == [0, *written[:1] * 3]
    assert all(_said(body) == DOCUMENTS[0] + "Why?" for body in provider.bodies)


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_conversation_may_be_kept_for_its_next_turn_and_a_single_prompt_not(scrimp: Scrimp, goes_on: bool) -> None:
    with fake_provider(lambda body: completion("ok", model=body["model"])) as provider:
        scrimp.env["OPENAI_API_KEY"] = "sk-test-0123456789"
        scrimp.config(f'[providers.openai]\nbase_url = "{provider.url}"\n')
        scrimp("ask", "-m", "openai/gpt-6-luna", SYSTEM)
        if goes_on:
            scrimp("ask", "-m", "openai/gpt-6-luna", "-c", "Really?")

    told = [body.get("prompt_cache_options") for body in provider.bodies]
    assert told == [{"mode": "explicit"}, None][: 1 + goes_on]


def test_an_estimate_says_that_what_all_prompts_end_with_should_stand_first(scrimp: Scrimp) -> None:
    configure(scrimp, "http://127.0.0.1:9")
    ending = "\n\n" + DOCUMENTS[0]
    scrimp.file("behind.jsonl", "".join(json.dumps({"prompt": f"{each} why?{ending}"}) + "\n" for each in range(9)))
    scrimp.file("first.jsonl", "".join(json.dumps({"prompt": f"{ending}{each} why?"}) + "\n" for each in range(9)))
    behind, first = (scrimp("estimate", name, "-m", MODEL) for name in ("behind.jsonl", "first.jsonl"))

    assert "prompts end with the same" in behind.out
    assert "--prefix FILE" in behind.out
    assert "provider cache" not in behind.out
    assert "prompts end with the same" not in first.out
    assert "provider cache: 9 calls" in first.out


@pytest.mark.parametrize("flags", [("-m", MODEL), ("--tier", "simple")])
def test_what_an_estimate_expects_is_no_further_off_with_a_cache_than_without(
    scrimp: Scrimp, flags: tuple[str, ...]
) -> None:
    """A token of the server is another one than a token of the estimate, with a cache and without."""
    off_by = {}
    for mode in ("off", "auto"):
        cache = ClaudeCache()
        with fake_provider(cache.answer) as provider:
            configure(scrimp, provider.url, f'cache = "off"\nprovider_cache = "{mode}"')
            scrimp.file("rows.jsonl", rows(40))
            words = ("rows.jsonl", *flags, "--system", SYSTEM, "--max-output", "2")
            document = json.loads(scrimp("estimate", *words, "--json").out, parse_float=Decimal)
            (offer,) = [each for each in document["offers"] if each["model"] == MODEL and each["callable"]][:1]
            assert scrimp("run", *words).status == 0
            ended = json.loads(scrimp("runs", "show", "last", "--json").out, parse_float=Decimal)["bill"]["estimate"]
        off_by[f"run {mode}"] = Fraction(ended["expected_usd"]) / Fraction(ended["paid_usd"])
        paid = sum(map(dollars, cache.usages))
        off_by[mode] = Fraction(document["routed"]["expected"]) / paid
        assert (offer["low"], offer["expected"]) == (document["routed"]["low"], document["routed"]["expected"])
        assert (offer["high"] > offer["expected"]) == (mode == "auto")  # which counts on no cache

    assert float(off_by["auto"]) == pytest.approx(float(off_by["off"]), rel=0.1)
    assert float(off_by["run auto"]) == pytest.approx(float(off_by["run off"]), rel=0.2)
