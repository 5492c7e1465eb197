"""`run --attach-field` and `run --attach`: images and PDFs for rows."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from command import Scrimp, provider_table
from fake_provider import FakeProvider, Reply, completion, error
from terminal import at_terminal

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GIF, PDF = b"GIF89a gif", b"%PDF-1.7 pdf"
ASK = ("-t", "What is this?")


def content_of(body: dict[str, Any]) -> list[bytes | str]:
    """The content of what was attached to a prompt, or its URL, and the text at the end."""
    *attached, text = body["messages"][-1]["content"]
    urls = [part["file"]["file_data"] if "file" in part else part["image_url"]["url"] for part in attached]
    return [
        *(base64.b64decode(url.partition(",")[2]) if url.startswith("data:") else url for url in urls),
        text["text"],
    ]


def seen(body: dict[str, Any]) -> Reply:
    return completion(" ".join(str(len(each)) for each in content_of(body)))


def png(width: int, height: int, more: bytes = b"") -> bytes:
    """The header of an image of that size."""
    return PNG[:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + more


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    provider.answer = seen
    scrimp.provider(provider.url)
    scrimp.file("data/photos/dot.png", PNG)
    scrimp.file("data/g.gif", GIF)
    scrimp.file("data/paper.pdf", PDF)
    return scrimp


def sent(provider: FakeProvider) -> list[list[bytes | str]]:
    return sorted(map(content_of, provider.bodies), key=str)


def test_a_column_names_a_file_from_the_folder_of_its_input(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("data/rows.csv", "id,photo\na,photos/dot.png\nb,g.gif\nc,paper.pdf\nd,https://example.com/x.png\n")
    ran = ready("run", "data/rows.csv", "--attach-field", "photo", *ASK, "--out", "csv")

    assert ran.status == 0
    assert ran.out == (
        f"id,photo,output,error\na,photos/dot.png,{len(PNG)} 13,\nb,g.gif,10 13,\nc,paper.pdf,12 13,\n"
        "d,https://example.com/x.png,25 13,\n"
    )
    assert sent(provider) == sorted(
        [[each, "What is this?"] for each in (PNG, GIF, PDF, "https://example.com/x.png")], key=str
    )


def test_a_list_in_jsonl_is_sent_in_its_order_after_what_goes_with_every_prompt(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.file("data/rows.jsonl", json.dumps({"text": "x", "files": ["g.gif", "photos/dot.png"]}) + "\n")
    ready("run", "data/rows.jsonl", "--attach-field", "files", "--attach", "data/paper.pdf")

    assert sent(provider) == [[PDF, GIF, PNG, "x"]]


def test_an_empty_list_is_a_prompt_without_any(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("data/rows.jsonl", '{"text": "x", "files": []}\n')
    provider.answer = lambda _: completion("yes")
    ran = ready("run", "data/rows.jsonl", "--attach-field", "files", "--out", "text")

    assert (ran.out, provider.prompts) == ("yes\n", ["x"])


def test_a_cell_of_a_table_has_a_list_as_json(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("data/[x].png", PNG)
    ready.file("data/rows.csv", """text,files\nx,"[""g.gif"", ""photos/dot.png""]"\ny,[]\nz,[x].png\n""")
    provider.answer = lambda _: completion("yes")
    ran = ready("run", "data/rows.csv", "--attach-field", "files", "-q")

    assert ran.status == 0, ran.out
    assert "y" in provider.prompts
    provider.bodies = [body for body in provider.bodies if body["messages"][-1]["content"] != "y"]
    assert sent(provider) == sorted([[GIF, PNG, "x"], [PNG, "z"]], key=str)


def test_paths_in_a_pipe_begin_where_the_command_runs(ready: Scrimp, provider: FakeProvider) -> None:
    stdin = "data/g.gif\ndata/photos/dot.png\n"
    ready("run", "-", "--attach-field", "line", "-t", "What is in {line}?", stdin=stdin)

    assert sent(provider) == [[GIF, "What is in data/g.gif?"], [PNG, "What is in data/photos/dot.png?"]]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("missing.png", "missing.png cannot be read (No such file or directory): name an image, a PDF or a URL"),
        ("", "it is empty: name a file or a URL, or leave the row out"),
        (" ", "it is empty"),
        (None, "it is null: write a path, a URL or a list of them ([] for none)"),
        (7, "it is a number"),
        (["g.gif", {"path": "g.gif"}], "it is an object"),
        (["g.gif", "missing.png"], "missing.png cannot be read"),
        ("photos", "photos is a directory: name a file in it"),
        ("rows.jsonl", "rows.jsonl does not begin like any of PNG, JPEG, GIF, WebP and PDF: convert it"),
        ("a\0b", "cannot be read (embedded null byte)"),
        ("x" * 5000 + ".png", "... cannot be read (File name too long)"),
        ("data:image/png;base64," + "x" * 500, "... is neither a file nor a URL of http or https"),
        ("s3://bucket/x.png", "s3://bucket/x.png is neither a file nor a URL of http or https"),
        ("https://example.com/x", "https://example.com/x does not end in .png"),
    ],
)
def test_a_row_whose_file_cannot_be_sent_names_it_and_is_the_only_one_lost(
    ready: Scrimp, provider: FakeProvider, value: object, message: str
) -> None:
    rows = [{"text": "a", "photo": "g.gif"}, {"text": "b", "photo": value}, {"text": "c", "photo": "photos/dot.png"}]
    ready.file("data/rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    ran = ready("run", "data/rows.jsonl", "--attach-field", "photo", "--fields", "status,error", "-q")

    assert ran.status == 3
    assert [row["status"] for row in ran.rows] == ["ok", "error", "ok"]
    assert ran.rows[1]["error"]["message"].startswith("data/rows.jsonl:2: 'photo': ")
    assert message in ran.rows[1]["error"]["message"]
    assert len(ran.rows[1]["error"]["message"]) < 300
    assert sent(provider) == [[GIF, "a"], [PNG, "c"]]


def test_a_mistyped_column_is_an_error_before_the_first_call(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("data/rows.csv", "id,photo\na,g.gif\n")
    ran = ready("run", "data/rows.csv", "--attach-field", "foto", *ASK)

    assert (ran.status, provider.bodies) == (2, [])
    assert "data/rows.csv:2: there is no column 'foto': the columns are id, photo" in ran.err


def test_the_column_is_never_taken_for_the_prompt(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("data/rows.csv", "input,caption\ng.gif,Is it funny?\n")
    ready.file("data/alone.csv", "id,photo\na,g.gif\n")
    ready("run", "data/rows.csv", "--attach-field", "input")
    alone = ready("run", "data/alone.csv", "--attach-field", "photo")
    lines = ready("run", "-", "--attach-field", "line", stdin="data/g.gif\n")

    assert sent(provider) == [[GIF, "Is it funny?"]]
    assert (alone.status, lines.status) == (2, 2)
    assert "cannot tell which column is the prompt" in alone.err
    assert "stdin:1: the row only names what to attach: write the prompt with --template" in lines.err


def test_rows_are_cached_by_what_their_files_hold(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("data/copy.gif", GIF)
    ready.file("data/rows.csv", "photo\ng.gif\ncopy.gif\nphotos/dot.png\n")
    words = ("run", "data/rows.csv", "--attach-field", "photo", *ASK, "--fields", "cache", "-q")
    first, again = ready(*words), ready(*words)
    ready.file("data/g.gif", GIF + b"!")
    changed = ready(*words)

    def used(rows: list[dict[str, Any]]) -> list[str]:
        return [row["cache"] for row in rows]

    assert used(first.rows) == ["miss", "dup", "miss"]
    assert used(again.rows) == ["hit", "hit", "hit"]
    assert used(changed.rows) == ["miss", "hit", "hit"]
    assert [row[0] for row in map(content_of, provider.bodies)].count(GIF + b"!") == 1
    assert len(provider.bodies) == 3


def test_each_sample_is_a_call_of_its_own_with_the_file(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("data/rows.csv", "photo\ng.gif\n")
    words = ("run", "data/rows.csv", "--attach-field", "photo", *ASK, "--samples", "3", "-q", "--fields", "cache")
    first, again = ready(*words), ready(*words)

    assert [len(first.rows), len(provider.bodies)] == [3, 3]
    assert sent(provider) == [[GIF, "What is this?"]] * 3
    assert {row["cache"] for row in again.rows} == {"hit"}


def test_what_is_attached_is_never_written_over(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("data/rows.csv", "photo\ng.gif\n")
    words = ("run", "data/rows.csv", "--attach-field", "photo", *ASK)
    by_row = ready(*words, "-o", "data/{photo}")
    by_flag = ready("run", "data/rows.csv", "--prompt-field", "photo", "--attach", "data/g.gif", "-o", "data/g.gif")

    assert (by_row.status, by_flag.status, provider.bodies) == (2, 2, [])
    assert "-o: data/g.gif is also what data/rows.csv:2 attaches" in by_row.err
    assert "-o: data/g.gif is also read for --attach data/g.gif" in by_flag.err
    assert (ready.cwd / "data/g.gif").read_bytes() == GIF


def test_no_path_leaves_the_machine(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("private/place/secret-name.pdf", PDF)
    ready.file("private/rows.csv", "photo\nplace/secret-name.pdf\n")
    provider.answer = lambda _: error(400)
    for dialect in ("openai", "anthropic", "gemini"):
        ready.config(
            f'[providers.{dialect}]\ndialect = "{dialect}"\nbase_url = "{provider.url}"\nkey_env = "FAKE_KEY"\n'
        )
        ready("run", "private/rows.csv", "--attach-field", "photo", *ASK, "-m", f"{dialect}/model")
    asked = json.dumps(provider.bodies)

    assert len(provider.bodies) == 3
    assert "private" not in asked
    assert "place" not in asked
    assert "secret" not in asked


@pytest.mark.parametrize(
    "route", [("-m", "deepseek/chat"), ("--tier", "simple"), ("--chain", "c"), ("-m", "fake/o3-mini")]
)
@pytest.mark.parametrize("command", ["run", "estimate", "route"])
def test_a_route_whose_models_read_only_text_is_refused_before_anything_is_read(
    ready: Scrimp, provider: FakeProvider, command: str, route: tuple[str, str]
) -> None:
    ready.config(
        "".join(provider_table(provider.url, name) for name in ("deepseek", "fake"))
        + '[tiers]\nsimple = ["deepseek/chat"]\n[chains.c]\nsteps = ["fake/m", "deepseek/chat"]\n'
    )
    ready.file("data/rows.csv", "photo\ng.gif\nmissing.gif\n")
    ran = ready(command, "data/rows.csv", "--attach-field", "photo", *ASK, *route)

    assert (ran.status, ran.out, provider.bodies) == (2, "", [])
    assert ran.err.endswith("takes no attachments, only text: choose another model (-m)\n")
    assert len(ran.err.splitlines()) == 1


VENDORS = """
[providers.openai]
dialect = "openai"
flavour = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
[providers.other]
dialect = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
[tiers]
simple = ["openai/gpt-4o", "openai/gpt-6-luna"]
medium = ["other/claude-opus-5-5"]
high = ["other/gpt-3.5-turbo"]
[models."openai/gpt-4o"]
price = {{ input = 1.0, output = 10.0 }}
[models."openai/gpt-6-luna"]
price = {{ input = 1.0, output = 10.0 }}
[models."other/claude-opus-5-5"]
price = {{ input = 1.0, output = 10.0 }}
"""


def test_an_estimate_counts_what_is_attached_for_each_model_and_says_what_cannot_be_sent(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.config(VENDORS.format(url=provider.url))
    ready.file("data/a.png", png(1024, 1024))
    ready.file("data/b.png", png(2048, 4096))
    ready.file("data/rows.csv", "id,photo\n1,a.png\n2,b.png\n3,a.png\n4,missing.png\n5,gone.png\n")
    words = ("data/rows.csv", "--attach-field", "photo", *ASK, "--max-output", "10")
    without = json.loads(ready("estimate", *words[:1], "--prompt-field", "id", *words[5:], "--json").out)
    text, ran = ready("estimate", *words), ready("estimate", *words, "--json")
    found = json.loads(ran.out)

    assert found["work"] | {"input": 0} == without["work"] | {
        "rows": 5, "hits": 0, "duplicates": 1, "calls": 2, "attachments": 2, "unsendable": 2, "input": 0,
    }  # fmt: skip
    assert {offer["model"]: offer["attached_input"] for offer in found["offers"]} == {
        "openai/gpt-4o": 765 + 1105, "openai/gpt-6-luna": 1229 + 9831, "other/claude-opus-5-5": 1369 + 4784,
    }  # fmt: skip
    assert found["offers"][0]["high"] - (765 + 1105 + 20 * 10) / 1e6 < 50 / 1e6
    assert "5 rows: 0 in the cache, 1 duplicate, 2 to call, 2 that cannot be sent\n" in text.out
    assert "2 attachments: 1,870 to 11,060 input tokens, by model\n" in text.out
    assert "the first row that cannot be sent: data/rows.csv:5: 'photo': missing.png cannot be read" in text.err
    assert provider.bodies == []


def test_a_route_is_shown_with_the_first_model_that_takes_what_is_attached(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.config(VENDORS.format(url=provider.url).replace("simple = [", 'simple = ["other/gpt-3.5-turbo", '))
    ready.file("data/rows.jsonl", '{"text": "a", "photos": ["g.gif"]}\n{"text": "b", "photos": []}\n')
    words = ("route", "data/rows.jsonl", "--attach-field", "photos", "--tier", "simple")

    assert [line.split("\t")[2] for line in ready(*words).out.splitlines()] == ["openai/gpt-4o", "other/gpt-3.5-turbo"]


def test_a_dry_run_shows_the_request_with_the_file_and_why_a_row_has_none(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.file("data/rows.csv", "photo\ng.gif\nmissing.gif\n")
    ran = ready("run", "data/rows.csv", "--attach-field", "photo", *ASK, "--dry-run")

    assert provider.bodies == []
    assert base64.b64encode(GIF).decode() in ran.out
    assert "data/rows.csv:3: 'photo': missing.gif cannot be read" in ran.out + ran.err


def test_under_a_cap_images_are_paid_by_their_size_until_the_next_could_pass_it(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.config(VENDORS.format(url=provider.url))
    provider.answer = lambda _: completion("ok", prompt_tokens=765 + 20)
    for number in range(6):
        ready.file(f"data/{number}.png", png(1024, 1024, bytes([number])))
    ready.file("data/rows.csv", "photo\n" + "".join(f"{number}.png\n" for number in range(6)))
    ran = ready(
        "run", "data/rows.csv", "--attach-field", "photo", *ASK, "-m", "openai/gpt-4o", "--max-output", "10",
        "--max-cost", "0.0032", "-q", "--fields", "status",
    )  # fmt: skip

    # A call costs $0.000805 and may cost some 80 tokens more; four would fit, three and one more at its most do not.
    assert (ran.status, len(provider.bodies)) == (5, 3)
    assert "(10 output tokens and 765 for what is attached)" in ran.err


def test_a_run_that_was_stopped_goes_on_where_it_was(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("data/rows.csv", "photo\ng.gif\nphotos/dot.png\npaper.pdf\n")
    words = ("run", "data/rows.csv", "--attach-field", "photo", *ASK, "-q", "--fields", "cache")
    ready(*words, "--limit", "2")
    ran = ready(*words)

    assert [row["cache"] for row in ran.rows] == ["hit", "hit", "miss"]
    assert len(provider.bodies) == 3


def test_every_step_of_a_chain_and_its_judge_see_the_file(ready: Scrimp, provider: FakeProvider) -> None:
    ready.provider(
        provider.url,
        more='[chains.c]\nsteps = ["fake/one", "fake/two"]\nsignal = "judge"\njudge = "fake/three"\n',
    )
    ready.file("data/rows.csv", "photo\ng.gif\n")
    answers = {"one": "A dog.", "two": "A cat.", "three": "wrong"}
    provider.answer = lambda body: completion(answers[body["model"]], model=body["model"])
    ran = ready("run", "data/rows.csv", "--attach-field", "photo", *ASK, "--chain", "c", "--out", "text")

    assert ran.out == "A cat.\n"
    assert [body["model"] for body in provider.bodies][:2] == ["one", "three"]
    assert provider.bodies[-1]["model"] == "two"
    assert all(content_of(body)[0] == GIF for body in provider.bodies)


def test_a_failed_row_is_named_once_by_where_it_stands(ready: Scrimp) -> None:
    ready.file("data/rows.csv", "id,photo\n1,missing.png\n2,g.gif\n")
    words = ("run", "data/rows.csv", "--attach-field", "photo", *ASK)
    plain, files = ready(*words), ready(*words, "-o", "out/{id}.md")

    assert "the first failed row: data/rows.csv:2: 'photo': missing.png cannot be read" in plain.err
    assert "data/rows.csv:2 has no file: 'photo': missing.png cannot be read" in files.err


def test_without_a_model_that_takes_any_no_row_is_tried(ready: Scrimp, provider: FakeProvider) -> None:
    ready.provider(provider.url, name="deepseek")
    ready.file("data/rows.csv", "photo\ng.gif\n")
    ran = ready("run", "data/rows.csv", "--attach-field", "photo", *ASK)

    assert (ran.status, provider.bodies) == (2, [])
    assert ran.err == "scrimp: deepseek/test-model takes no attachments, only text: choose another model (-m)\n"


def test_a_conversation_carries_the_file_in_its_last_turn(ready: Scrimp, provider: FakeProvider) -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
    ready.file("data/rows.jsonl", json.dumps({"messages": turns, "photo": "g.gif"}) + "\n")
    ready("run", "data/rows.jsonl", "--attach-field", "photo")
    (body,) = provider.bodies

    assert [turn["content"] for turn in body["messages"][:-1]] == ["a", "b"]
    assert content_of(body) == [GIF, "c"]


@pytest.mark.parametrize(
    ("dialect", "model", "size", "images", "message"),
    [
        (
            "anthropic",
            "claude-opus-5-5",
            (8001, 10),
            1,
            "0.png has 8,001 x 10 pixels and it takes 8,000 a side: make it",
        ),
        (
            "anthropic",
            "claude-opus-5-5",
            (10, 2001),
            21,
            "0.png has 10 x 2,001 pixels and it takes 2,000 a side of so many",
        ),
        ("openai", "gpt-6-luna", (6000, 6000), 1, "0.png has 6,000 x 6,000 pixels and it takes 30,000 squares of 32"),
        ("openai", "gpt-4o", (20, 20), 1501, "there are 1,501 attachments and it takes 1,500: attach fewer"),
    ],
)
def test_what_has_more_pixels_or_images_than_a_model_takes_is_not_sent(
    ready: Scrimp, provider: FakeProvider, dialect: str, model: str, size: tuple[int, int], images: int, message: str
) -> None:
    ready.config(f'[providers.it]\ndialect = "{dialect}"\nbase_url = "{provider.url}"\nkey_env = "FAKE_KEY"\n')
    ready.file("data/0.png", png(*size))
    ready.file("data/rows.jsonl", json.dumps({"text": "x", "photos": ["0.png"] * images}) + "\n")
    words = ("run", "data/rows.jsonl", "--attach-field", "photos", "-m", f"it/{model}", "-q", "--fields", "error")
    refused = ready(*words)
    calls = len(provider.bodies)
    ready.file("data/rows.jsonl", json.dumps({"text": "x", "photos": ["0.png"] * min(images - 1, 20)}) + "\n")
    ready.file("data/0.png", png(min(size[0], 5000), min(size[1], 5000)))
    taken = ready(*words, "--retries", "0")

    assert (refused.status, calls) == (4, 0)
    assert refused.rows[0]["error"]["message"].startswith(message)
    assert "takes" not in str(taken.rows[0]["error"])


def test_a_later_step_of_a_chain_gets_what_an_earlier_one_does_not_take(ready: Scrimp, provider: FakeProvider) -> None:
    ready.config(
        f'[providers.mistral]\nbase_url = "{provider.url}"\nkey_env = "FAKE_KEY"\n'
        f"{provider_table(provider.url)}"
        '[chains.c]\nsteps = ["mistral/mistral-small", "fake/m"]\n'
    )
    ready.file("data/rows.csv", "photo\npaper.pdf\n")
    ran = ready("run", "data/rows.csv", "--attach-field", "photo", *ASK, "--chain", "c", "--out", "text")

    assert (ran.out, [body["model"] for body in provider.bodies]) == ("12 13\n", ["m"])


def test_at_a_terminal_a_dry_run_cuts_files_short(ready: Scrimp) -> None:
    ready.file("data/large.gif", GIF + bytes(3000))
    ready.file("data/rows.csv", "photo\nlarge.gif\n")
    words = ("run", "data/rows.csv", "--attach-field", "photo", *ASK, "--dry-run")
    shown, piped = at_terminal(ready, *words), ready(*words)

    assert "data:image/gif;base64,R0lGODlhIGdpZ" in shown
    assert "... (4,016 characters)" in shown
    assert len(shown) < 3000
    assert base64.b64encode(GIF + bytes(3000)).decode() in piped.out
