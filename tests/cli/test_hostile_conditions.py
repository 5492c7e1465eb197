"""Commands in surroundings that are wrong: each ends with a sentence and its status, never with a traceback."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from command import Ran, Scrimp
from fake_provider import FakeProvider, completion
from scrimp.store.encoding.packed_json import unpacked
from scrimp.store.schemas.batches import OLDEST_READ as OLDEST_BATCHES
from scrimp.store.schemas.ledger import OLDEST_READ

OLDER = Path(__file__).parent.parent / "store" / "older"
BAD_PEM = "-----BEGIN CERTIFICATE-----\nMIIBgarbage\n-----END CERTIFICATE-----\n"
NOT_UTF8 = os.fsdecode(b"caf\xe9")
READING = ("run q.txt", "ask hi", "compress q.txt", "route q.txt", "estimate q.txt")
PRINTING = ("--version", "--help", "run --help", "config show", "cache path", "completion bash", "help rows")
STORING = ("cache stats", "cost --json", "doctor", "tune advise")


class Condition(Struct):
    """What is wrong, which commands meet it, and how they end: with a status, and a sentence on stderr or stdout."""

    name: str
    commands: Sequence[str]
    status: int
    says: str
    surroundings: dict[str, Any] = {}
    env: dict[str, str | None] = {}


CONDITIONS = [
    Condition("the working directory is deleted", ("ask hi", "config show", "config path", *STORING), 0, "",
              {"cwd_deleted": True}),
    Condition("a file is read or written in a deleted directory",
              ("run q.txt", "compress q.txt", "cache export x", "config init --project", "config trust"), 2, "",
              {"cwd_deleted": True}),
    Condition("stdin is closed", ("run -", "ask -", "compress", "estimate"), 2, "stdin", {"closed": [0]}),
    Condition("stdin is closed and not needed", ("ask hi", "run q.txt", "config show"), 0, "", {"closed": [0]}),
    Condition("stdout is closed", (*READING, *PRINTING), 2, "stdout is closed: redirect it", {"closed": [1]}),
    Condition("stderr is closed", (*READING, *PRINTING), 0, "", {"closed": [2]}),
    Condition("all are closed", ("ask hi", "--version", "help rows"), 2, "", {"closed": [0, 1, 2]}),
    Condition("stdout is full", (*READING, *PRINTING), 2, "(No space left on device)", {"full": [1]}),
    Condition("stdout is full and not buffered", (*READING, *PRINTING), 2, "(No space left on device)",
              {"full": [1], "unbuffered": True}),
    Condition("stderr is full", (*READING, *PRINTING), 0, "", {"full": [2]}),
    Condition("a home that nobody has", ("ask hi", "config path", "cache stats", "doctor"), 2,
              "SCRIMP_HOME is ~nosuchuser/x, and there is no such home", {}, {"SCRIMP_HOME": "~nosuchuser/x"}),
    Condition("no home", ("ask hi", "cost"), 2, "", {}, {"SCRIMP_HOME": "", "HOME": "/dev/null/nobody"}),
    Condition("a home that is a file", (*STORING, "config init"), 2, "q.txt", {}, {"SCRIMP_HOME": "q.txt"}),
    Condition("a home whose name is too long", ("cost", "config init"), 2, "File name too long", {},
              {"SCRIMP_HOME": "/tmp/" + "x" * 300}),
    Condition("a home whose name is not UTF-8", ("cache path", "config path", "config init", "doctor"), 0, "", {},
              {"SCRIMP_HOME": NOT_UTF8, "OPENAI_API_KEY": "sk-x"}),
    Condition("a width of 5000 digits", ("cost", "config show --origin"), 0, "", {}, {"COLUMNS": "9" * 5000}),
    Condition("a certificate that is none", ("run q.txt", "ask hi"), 2, "bad.pem, whose certificate 1 cannot be used",
              {}, {"SSL_CERT_FILE": "bad.pem"}),
    Condition("certificates that are a directory", ("ask hi",), 2, "SSL_CERT_FILE names /tmp", {},
              {"SSL_CERT_FILE": "/tmp"}),
    Condition("a variable that is not UTF-8", ("ask hi", "config show", "config check"), 2, "SCRIMP_TIER", {},
              {"SCRIMP_TIER": NOT_UTF8}),
]  # fmt: skip


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("q.txt", "hello\n")
    scrimp.file("bad.pem", BAD_PEM)
    return scrimp


def check(ran: Ran, command: str, status: int, says: str, *, silent: bool = False) -> None:
    assert "Traceback" not in ran.out + ran.err, command
    assert ran.status == status, (command, ran)
    assert silent or says in ran.err + ran.out, (command, ran)


@pytest.mark.parametrize("condition", CONDITIONS, ids=[each.name for each in CONDITIONS])
def test_a_wrong_surrounding_gives_a_sentence_and_a_status(ready: Scrimp, condition: Condition) -> None:
    for name, value in condition.env.items():
        ready.env[name] = value or ""
    silent = 2 in (*condition.surroundings.get("closed", ()), *condition.surroundings.get("full", ()))
    for command in condition.commands:
        ran = ready.amid(*command.split(), **condition.surroundings)
        check(ran, command, condition.status, condition.says, silent=silent)


WORDS = [
    (["ask", NOT_UTF8], "PROMPT"),
    *((["run", "q.txt", f"{flag}{NOT_UTF8}"], flag.partition("=")[0]) for flag in (
        "--tag=k=", "--user=", "--route=", "--choices=a,", "--model=fake/", "--tier=", "--chain=", "--system=", "-t=",
        "--prompt-field=", "--id-field=", "--fields=", "--schema=", "--check=", "--choices-text=", "--baseline=",
    )),
    *(([*command, flag, "9" * digits], flag) for digits in (10, 30, 4000) for command, flag in (
        (["run", "q.txt"], "--limit"), (["run", "q.txt"], "--skip"), (["run", "q.txt"], "--sample"),
        (["run", "q.txt"], "--samples"), (["ask", "hi"], "--samples"), (["runs", "list"], "--limit"),
        (["estimate", "q.txt"], "--limit"), (["route", "q.txt"], "--skip"), (["tune", "label"], "--limit"),
    )),
    (["run", "q.txt", "-j9999999999"], "--concurrency"),
    (["run", "q.txt", "--summary-file", ""], "--summary-file"),
    (["run", "q.txt", "--schema", ""], "--schema: it is empty"),
    (["run", "q.txt", "--schema", "@"], "--schema: it names no file"),
    (["run", "q.txt", "--template", "@"], "--template: it names no file"),
    (["run", "q.txt", "--prefix", ""], "--prefix: it names no file"),
    (["run", "q.txt", "--schema", '{"$ref": "https://host/a.json"}'], "https://host/a.json is another document: put"),
    (["completion"], "Choose from: bash, zsh"),
    *(([*command, "--baseline", "nosuch"], "unknown model 'nosuch'") for command in (
        ["run", "q.txt"], ["ask", "hi"], ["estimate", "q.txt"],
    )),
    (["run", "q.txt", "--summary-file", "-"], "--summary-file"),
    *((["run", "q.txt", "-o", name], f"-o: {name}: ") for name in ("a.xlsx", "a.csv.GZ", "out/{row}.pdf")),
    *((["run", "q.txt", "--out", "csv", "-o", name], f"-o: {name} ") for name in ("a.parquet", "b/{row}.parquet")),
    (["run", "q.txt", "--out", "csv", "-o", "a.csv.zst"], "-o: a.csv.zst: "),
    (["run", "q.txt", "--summary-file", "bill.json.gz"], "--summary-file: bill.json.gz: "),
    (["cost", "export", "-o", "calls.xlsx"], "-o: calls.xlsx: "),
    (["cost", "export", "--format", "csv", "-o", "calls.csv.gz"], "-o: calls.csv.gz: "),
    (["cost", "--html", "page.pdf"], "--html: page.pdf: "),
    (["cache", "export", "completions.jsonl.gz"], "cache export: completions.jsonl.gz: "),
    (["run", "q.txt", "--summary-file", "/"], "--summary-file"),
    (["run", "q.txt", "--summary-file", "/nowhere/x"], "--summary-file"),
    (["run", "q.txt", "--summary-file", "x" * 5000], "--summary-file"),
    (["cost", f"--since={NOT_UTF8}"], "--since"),
    (["cache", "get", NOT_UTF8], "KEY"),
    (["prices", "check", NOT_UTF8], "MODEL"),
    (["tune", "shadow", "q.txt", f"--models={NOT_UTF8}"], "--models"),
    (["run", "q.txt", "--timeout", "inf"], "--timeout"),
    (["run", "q.txt", "--timeout=nan"], "--timeout"),
    (["ask", "hi", "--temperature", "nan"], "--temperature"),
    (["ask", "hi", "--min-confidence", "nan"], "--min-confidence"),
    (["compress", "q.txt", "--keep", "nan"], "--keep"),
    (["compress", "q.txt", "--target=-inf"], "--target"),
    (["run", "q.txt", "--timeout", "1e300"], "--timeout"),
    (["run", "q.txt", "--timeout", "0"], "--timeout"),
    (["run", "q.txt", "--check", ""], "--check"),
    (["run", "q.txt", "--check", "jq .a | grep x"], "cannot be run: it is run without a shell, which '|' needs"),
    (["run", "q.txt", "-j", "9" * 30], "--concurrency"),
    (["run", "q.txt", "--workers", "2"], "--engine processes or ray"),
    (["run", "q.txt", "--rpm", "9" * 30], "--rpm"),
    (["run", "q.txt", "--retries", "9" * 30], "--retries"),
    (["run", "q.txt", "--max-output", "9" * 30], "--max-output"),
    (["run", "q.txt", "--max-failures", "9" * 5000], "max_failures"),
    *(([*command, "--on-dear", "skip"], "--max-cost-per-row") for command in (
        ["run", "q.txt"], ["ask", "hi"], ["estimate", "q.txt"], ["route", "q.txt"],
    )),
    *((["run", "q.txt", *flags], f"{flags[0]} ") for flags in (
        ["--seed", "3"], ["--allow-unshared"], ["--min-confidence", "0.5", "--model", "openai/gpt-6-luna"],
        ["--cache-ttl", "3d", "--cache", "refresh"],
    )),
    (["prices", "list", "opnai"], "'opnai': did you mean openai?"),
    (["prices", "list", "nosuch"], "'nosuch': see all providers"),
    (["run", "q.txt", "--max-cost", "1e30"], "--max-cost"),
    (["run", "q.txt", "--cache-ttl", "1e9d"], "cache_ttl"),
    (["cost", "--since", "1e300d"], "--since"),
    (["cache", "prune", "--older", "nand"], "--older"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "name"), WORDS, ids=["".join(ascii(words))[:60] for words, _ in WORDS])
def test_a_word_that_cannot_be_used_is_named_with_its_flag(
    ready: Scrimp, provider: FakeProvider, words: list[str], name: str
) -> None:
    ran = ready.amid(*words)

    check(ran, " ".join(words), 2, name)
    assert len(ran.err.splitlines()) == 1 or name == "--check"
    assert provider.bodies == []


def test_a_file_whose_name_is_not_utf8_is_read_and_written(ready: Scrimp) -> None:
    (ready.cwd / NOT_UTF8).write_text("hello\n")

    for words in (
        ["run", NOT_UTF8, "-o", NOT_UTF8 + ".jsonl"],
        ["compress", NOT_UTF8],
        ["ask", "hi", "--context", NOT_UTF8],
    ):
        check(ready.amid(*words), " ".join(words), 0, "")
    assert (ready.cwd / (NOT_UTF8 + ".jsonl")).read_text().count("echo: hello") == 1


CONFIGS = [
    ('headers = { "x a" = "b" }', "the header 'x a' cannot be sent"),
    ('headers = { "x-a" = "b\\nc" }', "the value of the header 'x-a' cannot be sent"),
    ('headers = { "x-a" = "caf\u00e9" }', "the value of the header 'x-a' cannot be sent"),
    ('auth_header = "a b"', "the header 'a b' cannot be sent"),
    ('auth_prefix = "a\\nb"', "cannot be sent"),
    ("rpm = 1000000000000000000", "providers.fake.rpm"),
    ('[models."fake/test-model"]\nprice = { input = 1e30 }', "price.input 1E+30 is not an amount"),
    ('[models."fake/test-model"]\nprice = { input = nan }', "price.input NaN is not an amount"),
    ('[models."fake/test-model"]\nprice = { input = -1.0 }', "price.input -1.0 is not an amount"),
    ("[defaults]\ntimeout = inf", "defaults.timeout must be a number <= 31536000"),
    ("[defaults]\ntimeout = 1e300", "defaults.timeout must be a number <= 31536000"),
    ('[providers.other]\nkey_file = "~nosuchuser/key"\ndialect = "openai"\nbase_url = "https://x"', ""),
]


@pytest.mark.parametrize(("text", "says"), CONFIGS, ids=[text for text, _ in CONFIGS])
def test_a_config_that_cannot_be_used_is_refused_where_it_is_wrong(ready: Scrimp, text: str, says: str) -> None:
    head = '[providers.fake]\ndialect = "openai"\nbase_url = "http://127.0.0.1:9"\nkey_env = "FAKE_KEY"\n'
    ready.config(head + text)
    ran = ready("ask", "hi") if says else ready("config", "check")

    check(ran, text, 2, says)


UNUSABLE = [
    ({"SSL_CERT_FILE": "bad.pem"}, "", "SSL_CERT_FILE names bad.pem"),
    ({"SSL_CERT_FILE": "/" + NOT_UTF8}, "", "SSL_CERT_FILE names /caf\\udce9, which cannot be read"),
    ({"SSL_CERT_DIR": "."}, "", "SSL_CERT_DIR names bad.pem, whose certificate 1 cannot be used"),
    ({"ALL_PROXY": "foo bar"}, "", "ALL_PROXY is not the address of a proxy"),
    ({}, '[providers.fake]\nkey_cmd = "false"', "the key_cmd of fake failed"),
    ({}, '[providers.fake]\nkey_file = "/nowhere"', "the key_file of fake, /nowhere, cannot be read"),
    ({}, '[providers.fake]\nbase_url = "replay:/nowhere.jsonl"', "/nowhere.jsonl"),
    ({}, '[providers.fake]\nbase_url = "local:"', "there is no local model 'test-model'"),
    ({}, '[providers.fake]\nbase_url = "local:"\n[models."local/test-model"]\npath = "/nowhere"', "/nowhere"),
]


@pytest.mark.parametrize(("env", "more", "says"), UNUSABLE, ids=[says for _, _, says in UNUSABLE])
@pytest.mark.parametrize("command", ["run q.txt", "ask hello"])
def test_what_a_call_needs_is_looked_at_before_one_begins(
    ready: Scrimp, provider: FakeProvider, command: str, env: dict[str, str], more: str, says: str
) -> None:
    if more:
        table, _, rest = more.partition("\n[models")
        kept = {"dialect": "openai", "base_url": provider.url}
        lines = [f'{key} = "{value}"' for key, value in kept.items() if f"{key} =" not in table]
        price = '[models."fake/test-model"]\nprice = { input = 1.0, output = 1.0 }'
        ready.config("\n".join([table, *lines, price, f"[models{rest}" if rest else ""]))
    ready.env |= {**env, "SCRIMP_MODEL": "fake/test-model"}
    ran = ready(*command.split())

    check(ran, command, 2, says)
    assert (ran.out, len(ran.err.splitlines())) == ("", 1)
    assert provider.bodies == []
    ready.env = {name: value for name, value in ready.env.items() if name not in env}
    assert ready("cost", "--json").out.strip() == "[]"  # nothing was lost, for nothing was sent


@pytest.mark.parametrize("tokens", [10**12, 2**53, 2**63 - 1, 2**63, 10**30])
def test_a_usage_beyond_reason_is_of_unknown_cost_and_spoils_no_store(
    ready: Scrimp, provider: FakeProvider, tokens: int
) -> None:
    ready.provider(provider.url, more='[models."fake/dear"]\nprice = { input = 1000000.0, output = 1.0 }\n')
    provider.answer = lambda body: completion("x", prompt_tokens=tokens)
    ran = ready("run", "q.txt", "--model", "fake/dear", "--fields", "cost_usd,status")

    check(ran, "run", 0, "unknown")
    assert ran.rows == [{"cost_usd": None, "status": "ok"}]
    for command in ("cost", "cost --json", "runs list", "cache stats", "doctor", "ask hi"):
        check(ready(*command.split()), command, 0, "")


@pytest.fixture
def read_only(ready: Scrimp) -> Iterator[Scrimp]:
    """A home with one completion that its user can read and not write."""
    assert ready("run", "q.txt", "-q").status == 0
    for path in ready.home.iterdir():
        path.chmod(0o500 if path.is_dir() else 0o400)
    ready.home.chmod(0o500)
    yield ready
    ready.home.chmod(0o700)


@pytest.mark.parametrize(
    "command",
    ["run q.txt --fields output", "run q.txt --cache only --fields output", "ask hello", "ask hello --cache only"],
)
def test_a_cache_that_cannot_be_written_still_answers(read_only: Scrimp, provider: FakeProvider, command: str) -> None:
    ran = read_only.amid(*command.split(), bound=True)

    check(ran, command, 0, "completions in it can be used, new ones are printed but not kept")
    assert "echo: hello" in ran.out
    assert len(provider.bodies) == 1
    # `ask` also says that -c will not find this conversation.
    assert ran.err.count("scrimp: warning:") - ran.err.count("-c will not find") == 1


def test_rows_that_do_not_fit_are_set_aside_where_no_cache_can_keep_them(
    read_only: Scrimp, provider: FakeProvider
) -> None:
    read_only.file("many.jsonl", "".join(json.dumps({"text": f"{n}" + " x" * 25_000}) + "\n" for n in range(60)))
    read_only.file("out.jsonl", "paid for yesterday\n")
    ran = read_only.amid("run", "many.jsonl", "-o", "out.jsonl", "-j", "1", limits={"FSIZE": 1 << 20}, bound=True)

    check(ran, "run", 2, "rows cannot be written (File too large): free some space; a rerun pays for them again\n")
    assert (read_only.cwd / "out.jsonl").read_text() == "paid for yesterday\n"
    (file,) = read_only.cwd.glob("out.jsonl.*.part")
    assert f"; the rows that found room are in {file}\n" in ran.err
    assert 0 < sum(bool(json.loads(line)["output"]) for line in file.read_bytes().splitlines()) < 60


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("cache stats", "1 completions"), ("cache export", "echo: hello"), ("cost --json", '"calls":1'),
        ("runs list", "q.txt"), ("doctor", "1 completions in"), ("cache prune --older 0d", "readonly database"),
        ("cache rm 0", "readonly database"), ("config init", "already exists"),
    ],
)  # fmt: skip
def test_stores_that_cannot_be_written_can_be_looked_at(read_only: Scrimp, command: str, says: str) -> None:
    ran = read_only.amid(*command.split(), bound=True)

    check(ran, command, 2 if says in ("readonly database", "already exists") else 0, says)


def test_new_rows_are_answered_beside_a_cache_that_cannot_be_written(read_only: Scrimp, provider: FakeProvider) -> None:
    read_only.file("q.txt", "hello\nnew\n")
    ran = read_only.amid("run", "q.txt", "--fields", "output,cache", bound=True)

    check(ran, "run", 0, "new ones are printed but not kept, and their cost is not recorded")
    assert ran.err.count("scrimp: warning:") == 1
    assert [row["cache"] for row in ran.rows] == ["hit", "miss"]
    assert provider.prompts == ["hello", "new"]


@pytest.mark.parametrize("command", ["run q.txt", "ask hello"])
def test_that_no_cost_is_recorded_is_said_once_without_a_cache(read_only: Scrimp, command: str) -> None:
    ran = read_only.amid(*command.split(), "--cache", "off", bound=True)

    check(ran, command, 0, "recorded")
    assert ran.err.count("scrimp: warning:") - ran.err.count("-c will not find") == 1


def test_that_nothing_is_found_or_kept_is_said_even_where_warnings_are_not_wanted(
    read_only: Scrimp, provider: FakeProvider
) -> None:
    (read_only.home / "cache.db").chmod(0)
    ran = read_only.amid("run", "q.txt", "-q", "--fields", "cache", bound=True)

    check(ran, "run", 0, "not kept, and a rerun pays for them again")
    assert [row["cache"] for row in ran.rows] == ["miss"]
    assert provider.prompts == ["hello", "hello"]


def test_an_estimate_needs_no_ledger(read_only: Scrimp) -> None:
    read_only.file("q.txt", "hello\nnew\n")
    (read_only.home / "ledger.db").chmod(0)
    ran = read_only.amid("estimate", "q.txt", bound=True)

    check(ran, "estimate", 0, "cannot be written")  # of the cache
    assert "as routed: low $0." in ran.out


def test_a_write_ahead_log_that_cannot_be_read_is_not_passed_over(read_only: Scrimp) -> None:
    """A file without its log is a state that never was."""
    read_only.home.chmod(0o700)
    (read_only.home / "cache.db-wal").write_bytes(b"x")
    (read_only.home / "cache.db-wal").chmod(0)
    read_only.home.chmod(0o500)
    ran = read_only.amid("cache", "stats", bound=True)

    check(ran, "cache stats", 2, "cache.db cannot be used")


def test_equal_rows_far_apart_are_paid_for_once_beside_a_cache_that_cannot_be_written(
    read_only: Scrimp, provider: FakeProvider
) -> None:
    # More rows lie between than are admitted at once.
    read_only.file("q.txt", "first\n" + "other\n" * 5_000 + "first\n")
    ran = read_only.amid("run", "q.txt", "--fields", "cache", bound=True)

    assert (ran.status, len(ran.rows), sorted(provider.prompts)) == (0, 5_002, ["first", "hello", "other"])


def test_a_log_that_is_left_beside_a_cache_that_cannot_be_written_changes_nothing(
    read_only: Scrimp, provider: FakeProvider
) -> None:
    read_only.home.chmod(0o700)
    (read_only.home / "cache.db").chmod(0o600)
    with closing(sqlite3.connect(read_only.home / "cache.db")) as db:
        db.execute("UPDATE cache SET run = run")
        db.commit()
        for path in read_only.home.glob("cache.db*"):
            path.chmod(0o400)
        read_only.home.chmod(0o500)
        read_only.file("q.txt", "hello\nnew\n")
        ran = read_only.amid("run", "q.txt", "--fields", "cache", bound=True)

    check(ran, "run", 0, "new ones are printed but not kept")
    assert [row["cache"] for row in ran.rows] == ["hit", "miss"]


def test_an_older_cache_that_cannot_be_written_still_answers(read_only: Scrimp, provider: FakeProvider) -> None:
    read_only.home.chmod(0o700)
    (read_only.home / "cache.db").chmod(0o600)
    with closing(sqlite3.connect(read_only.home / "cache.db")) as db, db:
        rows = db.execute("SELECT key, answer FROM cache").fetchall()
        db.executemany(
            "UPDATE cache SET answer = ? WHERE key = ?", [(unpacked(key, answer), key) for key, answer in rows]
        )
        db.execute("PRAGMA user_version = 1")
    for path in read_only.home.glob("cache.db*"):
        path.chmod(0o400)
    read_only.home.chmod(0o500)
    read_only.file("q.txt", "hello\nnew\n")
    ran = read_only.amid("run", "q.txt", "--fields", "cache", bound=True)

    assert [row["cache"] for row in ran.rows] == ["hit", "miss"]


def made_older(scrimp: Scrimp, name: str, schema: int) -> None:
    """Put a store of an older schema in the place of one, in a home that cannot be written."""
    scrimp.home.chmod(0o700)
    for path in scrimp.home.glob(f"{name}.db*"):
        path.unlink()
    with closing(sqlite3.connect(scrimp.home / f"{name}.db")) as db:
        db.executescript((OLDER / f"{name}_{schema}.sql").read_text(encoding="utf-8"))
    (scrimp.home / f"{name}.db").chmod(0o400)
    scrimp.home.chmod(0o500)


def test_older_batches_that_cannot_be_written_can_be_looked_at(read_only: Scrimp, provider: FakeProvider) -> None:
    made_older(read_only, "batches", OLDEST_BATCHES)

    for command, status, says in (
        ("batch list", 0, "rows.txt"), ("batch status b1 --json", 0, '"state":"running"'), ("doctor", 0, "batch"),
        ("batch cancel b1", 2, "set SCRIMP_HOME to a writable"), ("batch prune", 2, "set SCRIMP_HOME to a writable"),
        ("ask hi", 0, ""),
    ):  # fmt: skip
        check(read_only.amid(*command.split(), bound=True), command, status, says)


def test_an_older_ledger_that_cannot_be_written_can_be_looked_at(read_only: Scrimp) -> None:
    made_older(read_only, "ledger", OLDEST_READ)

    for command, says in (
        ("cost --by run --json", '"calls":3'), ("cost export", '"call":"c3"'), ("runs list", "in.jsonl"),
        ("cost saved", "run"), ("doctor", "ledger"),
    ):  # fmt: skip
        check(read_only.amid(*command.split(), bound=True), command, 0, says)


def test_a_killed_run_whose_journal_cannot_be_brought_in_lets_nothing_be_paid_again(
    read_only: Scrimp, provider: FakeProvider
) -> None:
    read_only.home.chmod(0o700)
    (read_only.home / "in-flight-20261129-101010-aaaaaa-1.jsonl").write_bytes(b"\0")
    read_only.home.chmod(0o500)
    read_only.file("q.txt", "hello\nnew\n")
    ran = read_only.amid("run", "q.txt", "--fields", "cache", bound=True)

    check(ran, "run", 2, "nothing is paid for that cannot be kept")
    assert ([row["cache"] for row in ran.rows], len(provider.bodies)) == (["hit"], 1)
