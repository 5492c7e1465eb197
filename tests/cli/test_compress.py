from __future__ import annotations

import json
import subprocess

import pytest

from command import Scrimp
from fake_provider import FakeProvider
from scrimp.tokens import count

PRETTY = json.dumps([{"id": n, "name": f"n{n}", "ok": True} for n in range(20)], indent=2)


def test_a_text_goes_in_and_a_shorter_one_comes_out_with_a_receipt(scrimp: Scrimp) -> None:
    ran = scrimp("compress", stdin=PRETTY)

    assert ran.status == 0
    assert ran.out == json.dumps(json.loads(PRETTY), separators=(",", ":"))
    assert "% less) at lossless" in ran.err
    assert "json white space" in ran.err


def test_dense_writes_records_as_columns(scrimp: Scrimp) -> None:
    ran = scrimp("compress", "--level", "dense", stdin=PRETTY)

    assert ran.out.startswith(
        '[below, "_cols" names the values of each list in "_rows"]\n{"_cols":["id","name","ok"],"_rows":[[0,"n0",true],'
    )
    assert "json columns" in ran.err


def test_off_gives_every_byte_back(scrimp: Scrimp) -> None:
    text = "a  \r\n\n\n\n\n\tb\n\n"

    assert scrimp("compress", "--level", "off", stdin=text.encode()).out == text


def test_the_receipt_can_be_json_and_alone(scrimp: Scrimp) -> None:
    scrimp.file("rows.json", PRETTY)
    ran = scrimp("compress", "rows.json", "--dry-run", "--report", "json")
    report = json.loads(ran.err)

    assert (ran.out, report["level"], report["rules"]) == ("", "lossless", ["json white space"])
    assert report["after"] < report["before"]


def test_what_changed_can_be_looked_at(scrimp: Scrimp) -> None:
    ran = scrimp("compress", "--diff", "-q", stdin=PRETTY)

    assert ran.out.startswith("@@ ")
    assert ran.err == ""


def test_focus_without_a_question_says_so(scrimp: Scrimp) -> None:
    ran = scrimp("compress", "--level", "focus", stdin="Some text.")

    assert ran.status == 0
    assert "nothing was changed: no documents or passages were found" in ran.err


def test_an_input_that_cannot_be_read_is_a_sentence(scrimp: Scrimp) -> None:
    scrimp.file("bad.txt", b"caf\xe9")

    assert "nosuch.txt cannot be read" in scrimp("compress", "nosuch.txt").err
    assert "byte 4 is not UTF-8" in scrimp("compress", "bad.txt").err


DOCUMENT = """<document>
Bees live in hives. They make honey in summer. The queen lays up to 2000 eggs a day. Wasps make no honey at all.

Ants live in colonies. Their queen may live for thirty years. The old town hall was rebuilt in 1930 by Anna Meier.
</document>

Who rebuilt the town hall?
"""


def test_focus_reads_for_what_the_text_asks(scrimp: Scrimp) -> None:
    ran = scrimp("compress", "--level", "focus", "--keep", "0.4", stdin=DOCUMENT)

    assert "rebuilt in 1930 by Anna Meier" in ran.out
    assert ran.out.endswith("Who rebuilt the town hall?\n")
    assert "Bees" not in ran.out


def test_a_text_with_a_question_from_outside_is_read_as_a_whole(scrimp: Scrimp) -> None:
    text = DOCUMENT.split("\n", 1)[1].partition("</document>")[0]
    ran = scrimp("compress", "--level", "focus", "--keep", "0.4", "--query", "Who rebuilt the town hall?", stdin=text)

    assert "Anna Meier" in ran.out
    assert "Bees" not in ran.out


def test_a_document_can_be_named_beside_the_prompt(scrimp: Scrimp) -> None:
    scrimp.file("a&b.txt", DOCUMENT.split("\n", 1)[1].partition("</document>")[0])
    ran = scrimp("compress", "--level", "focus", "--context", "a&b.txt", stdin="Who rebuilt the town hall?")

    assert ran.out.startswith('<document source="a&amp;b.txt">\n')
    assert ran.out.endswith("</document>\n\nWho rebuilt the town hall?")
    assert len(ran.out) < len(DOCUMENT)
    assert "none.txt cannot be read" in scrimp("compress", "--context", "none.txt", stdin="a").err


def test_a_budget_is_met_with_no_more_change_than_it_takes(scrimp: Scrimp) -> None:
    easy = scrimp("compress", "--max-tokens", "1_000", stdin=DOCUMENT)
    hard = scrimp("compress", "--max-tokens", "60", "--report", "json", stdin=DOCUMENT)
    receipt = json.loads(hard.err)

    assert easy.out == DOCUMENT
    assert receipt["after"] <= 60 < receipt["before"]
    assert (receipt["level"], 0 < receipt["keep"] < 1) == ("focus", True)
    assert "Anna Meier" in hard.out


def test_a_budget_that_cannot_be_met_prints_nothing_and_names_the_size(scrimp: Scrimp) -> None:
    ran = scrimp("compress", "--max-tokens", "5", stdin=DOCUMENT)

    assert (ran.status, ran.out) == (2, "")
    assert "tokens at level focus, over the 5 allowed" in ran.err


def test_a_target_is_a_share_of_the_tokens(scrimp: Scrimp) -> None:
    receipt = json.loads(scrimp("compress", "--target", "0.6", "--report", "json", stdin=DOCUMENT).err)

    assert receipt["after"] <= 0.6 * receipt["before"]


def test_a_price_cliff_is_a_budget(scrimp: Scrimp) -> None:
    words = " ".join(f"Fact {n} says that box {n % 91} holds {n * 7} stones." for n in range(14_000))
    text = f"<document>\n{words}\n</document>\n\nWhat does box 12 hold?"
    ran = scrimp(
        "compress", "--max-tokens", "cliff", "--model", "gemini/gemini-2.5-pro", "--report", "json", stdin=text
    )
    receipt = json.loads(ran.err)

    assert receipt["after"] <= 200_000 < receipt["before"]
    assert receipt["cost_after_usd"] < 0.6 * receipt["cost_before_usd"]
    assert (
        "has one rate for every length" in scrimp("compress", "--max-tokens", "cliff", "--model", "openai/gpt-4o").err
    )


def test_what_the_user_protects_stays(scrimp: Scrimp) -> None:
    plain = scrimp("compress", "--level", "focus", "--keep", "0.4", stdin=DOCUMENT).out
    held = scrimp("compress", "--level", "focus", "--keep", "0.4", "--protect", "2000 eggs", stdin=DOCUMENT).out

    assert "2000 eggs" not in plain
    assert "2000 eggs a day" in held
    assert "--protect: '(' is not a regular expression" in scrimp("compress", "--protect", "(", stdin=DOCUMENT).err


def test_keep_tags_hold_on_the_command_line_and_are_not_printed(scrimp: Scrimp) -> None:
    kept = '{ "a" :  1 }'
    given = f"<scrimp:keep>{kept}</scrimp:keep>\n\n\n\n{PRETTY}"
    ran = scrimp("compress", stdin=given)

    assert ran.out.startswith(kept)
    assert len(ran.out) < len(PRETTY)

    off, short = (
        f"{kept}\n\n\n\n{PRETTY}",
        scrimp("compress", "--report", "json", stdin=f"<scrimp:keep>{kept}</scrimp:keep>"),
    )
    assert scrimp("compress", "--level", "off", "-q", stdin=given).out == off
    assert scrimp("compress", "--level", "off", "--diff", "-q", stdin=given).out == ""
    receipt = json.loads(short.err)
    assert receipt["before"] == receipt["after"] == sum(zone["before"] for zone in receipt["by_zone"]) == count(kept)


@pytest.mark.parametrize("level", ["off", "tidy"])
@pytest.mark.parametrize("command", ["run", "ask"])
def test_a_run_sends_what_compress_prints_without_keep_tags(
    scrimp: Scrimp, provider: FakeProvider, level: str, command: str
) -> None:
    scrimp.provider(provider.url)
    tagged, plain = ("Is <scrimp:keep>  this </scrimp:keep>open?", "Is   this open?")
    turns = [{"role": role, "content": tagged} for role in ("system", "user", "assistant", "user")]
    scrimp.file("rows.jsonl", json.dumps({"messages": turns}))
    words = ("rows.jsonl",) if command == "run" else (tagged, "-s", tagged)
    ran = scrimp(command, *words, "-m", "fake/gpt-6-luna", "--compress", level)

    assert ran.status == 0, ran.err
    (body,) = provider.bodies
    assert {turn["content"] for turn in body["messages"]} == {plain}
    assert len(body["messages"]) == (4 if command == "run" else 2)
    scrimp(command, *words, "-m", "fake/gpt-6-luna", "--compress", level)
    assert len(provider.bodies) == 1  # the second came from the cache
    assert scrimp("compress", "--level", level, "-q", stdin=tagged).out == plain


def test_the_receipt_prices_the_text_at_a_model(scrimp: Scrimp) -> None:
    ran = scrimp("compress", "--model", "openai/gpt-6.2-sol", "--report", "json", stdin=PRETTY)
    receipt = json.loads(ran.err)

    assert receipt["cost_after_usd"] < receipt["cost_before_usd"]
    assert receipt["model"] == "openai/gpt-6.2-sol"
    assert sum(part["before"] - part["after"] for part in receipt["by_rule"]) > 0
    assert [part["zone"] for part in receipt["by_zone"]] == ["data (json)"]


def test_a_row_of_an_input_is_compressed_as_a_run_would_send_it(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    rows = [{"ask": "Who?", "order": json.dumps({"id": n, "lines": [n, n + 1]}, indent=1)} for n in range(3)]
    scrimp.file("orders.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    template = ("-t", "{ask} {{Order}}: {order}")
    sent = [scrimp("compress", "orders.jsonl", *template, "--skip", str(n), "-q").out for n in range(3)]
    scrimp("run", "orders.jsonl", *template, "-m", "fake/gpt-6-luna")

    assert sent == sorted(provider.prompts)
    assert sent[0] == 'Who? {Order}: {"id":0,"lines":[0,1]}'


def test_a_system_text_about_form_keeps_the_form_of_a_row(scrimp: Scrimp) -> None:
    scrimp.file("orders.csv", 'order\n"[ 1,  2 ]"\n')
    ran = scrimp("compress", "orders.csv", "-t", "Which? {order}", "-s", "Keep the indentation of the JSON.", "-q")

    assert ran.out == "Which? [ 1,  2 ]"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rows.csv", "-t", "{a}", "--skip", "5"), "rows.csv has no row 6: lower --skip"),
        (("rows.csv", "-t", "{a}", "--data"), "--data and --template cannot be combined"),
        (("rows.csv", "--skip", "1"), "give a template, too"),
        (("rows.csv", "--format", "csv"), "give a template, too"),
        (("rows.csv", "-t", "{b}"), "there is no column 'b'"),
        (("none.csv", "-t", "{a}"), "none.csv"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_cannot_be_a_row_is_a_sentence(scrimp: Scrimp, words: tuple[str, ...], told: str) -> None:
    scrimp.file("rows.csv", "a\n1\n2\n")
    ran = scrimp("compress", *words)

    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err


@pytest.mark.parametrize("name", ["orders.json", "orders.csv", "code.py"])
def test_the_name_of_a_document_is_not_a_task(scrimp: Scrimp, name: str) -> None:
    scrimp.file(name, PRETTY)
    ran = scrimp("compress", "--context", name, "-q", stdin="Which name has the highest id?")

    assert json.dumps(json.loads(PRETTY), separators=(",", ":")) in ran.out


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_leaves_in_the_middle_of_a_long_text_is_told_by_the_exit_status(
    scrimp: Scrimp, unbuffered: str
) -> None:
    scrimp.env["PYTHONUNBUFFERED"] = unbuffered
    scrimp.file("long.txt", "A line of a text.\n" * 30_000)  # more than a pipe holds
    run = scrimp.start("compress", "long.txt", "-q", stdout=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.readline()
    run.stdout.close()

    assert run.wait(timeout=100) == 141


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_text_of_which_a_part_can_be_written_is_an_error(scrimp: Scrimp, unbuffered: str) -> None:
    scrimp.env["PYTHONUNBUFFERED"] = unbuffered
    scrimp.file("long.txt", "A line of a text.\n" * 30_000)
    limited = ("sh", "-c", 'ulimit -f 100; exec "$@" > short.txt', "sh")  # blocks of 512 bytes or of 1,024
    words = (*limited, *scrimp.program, "compress", "long.txt", "-q")
    ran = subprocess.run(words, cwd=scrimp.cwd, env=scrimp.env, stderr=subprocess.PIPE, check=False)

    assert (ran.returncode, b"the output cannot be written" in ran.stderr) == (2, True)
