"""`scrimp ask --attach`: images and PDFs in the form of each dialect, known to the cache by what they contain."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from command import Scrimp, provider_table
from fake_provider import FakeProvider, completion, error

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CONTENT = {
    "image/png": PNG, "image/jpeg": b"\xff\xd8\xff\xe0 jpeg", "image/gif": b"GIF89a gif",
    "image/webp": b"RIFF\0\0\0\0WEBPVP8 ", "application/pdf": b"%PDF-1.7 pdf",
}  # fmt: skip


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    provider.answer = lambda _: completion("seen")
    scrimp.provider(provider.url)
    scrimp.file("dot.png", PNG)
    return scrimp


def parts(body: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = body["messages"][-1]["content"]
    return found


@pytest.mark.parametrize("media_type", CONTENT)
def test_the_first_bytes_tell_what_a_file_is_whatever_its_name(
    ready: Scrimp, provider: FakeProvider, media_type: str
) -> None:
    ready.file("wrong.txt", CONTENT[media_type])
    ran = ready("ask", "What is this?", "--attach", "wrong.txt")
    attached, text = parts(provider.bodies[0])
    url = attached["file"]["file_data"] if media_type == "application/pdf" else attached["image_url"]["url"]

    assert (ran.status, ran.out, ran.err) == (0, "seen\n", "")
    assert text == {"type": "text", "text": "What is this?"}
    assert url == f"data:{media_type};base64,{base64.b64encode(CONTENT[media_type]).decode()}"


def test_several_are_sent_in_their_order_and_a_url_as_it_is(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("b.gif", CONTENT["image/gif"])
    url = "https://example.com/a.JPG?size=2"
    ready("ask", "hello", "--attach", "b.gif", "--attach", url, "--attach", "dot.png")

    urls = [part["image_url"]["url"] for part in parts(provider.bodies[0])[:-1]]
    assert (urls[0][:14], urls[1], urls[2][:14]) == ("data:image/gif", url, "data:image/png")


def test_the_cache_knows_a_file_by_its_content(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("copy.png", PNG)
    ready.file("other.png", PNG + b"\0")
    for names in (("dot.png",), ("copy.png",), ("other.png",), ("dot.png", "other.png"), ("other.png", "dot.png"), ()):
        ready("ask", "hello", *(word for name in names for word in ("--attach", name)))
    calls = len(provider.bodies)
    ready.file("dot.png", PNG + b"\1")
    ready("ask", "hello", "--attach", "dot.png")

    assert calls == 5
    assert len(provider.bodies) == 6


def test_the_prompt_without_one_keeps_its_key(ready: Scrimp, provider: FakeProvider) -> None:
    assert json.loads(ready("run", "-", "--out", "jsonl", stdin="hello\n").out)["cache"] == "miss"
    ready("ask", "hello")

    assert provider.prompts == ["hello"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.png", "missing.png cannot be read (No such file or directory)"),
        (".", ". is a directory: name a file in it"),
        ("/dev/zero", "/dev/zero is not a regular file: copy it to one"),
        ("data:image/png;base64,iVBORw0KGgo", "is neither a file nor a URL of http or https"),
        ("text.txt", "text.txt does not begin like any of PNG, JPEG, GIF, WebP and PDF"),
        ("empty.png", "empty.png does not begin like any of PNG"),
        ("https://example.com/image", "does not end in .png"),
        ("file.pdf.https://example.com/a.png", "is neither a file nor a URL of http or https"),
        ("https://example.com/a.pdf", "fake takes no PDF by its URL: attach https://example.com/a.pdf as a file"),
    ],
)
def test_what_cannot_be_attached_is_a_sentence_and_no_call(
    ready: Scrimp, provider: FakeProvider, name: str, message: str
) -> None:
    ready.file("text.txt", "a text")
    ready.file("empty.png", "")
    ran = ready("ask", "hello", "--attach", name)

    assert (ran.status in (2, 4), ran.out, provider.bodies) == (True, "", [])
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_provider_that_reads_text_only_is_passed_over_and_alone_it_is_not_called(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.config(
        "".join(provider_table(provider.url, name) for name in ("deepseek", "fake"))
        + '[tiers]\nsimple = ["deepseek/v", "fake/m"]\n'
    )
    alone = ready("ask", "hello", "--attach", "dot.png", "-m", "deepseek/v")
    first = ready("ask", "hello", "--attach", "dot.png", "--tier", "simple")

    assert (alone.status, alone.out) == (2, "")
    assert alone.err == "scrimp: deepseek/v takes no attachments, only text: choose another model (-m)\n"
    assert (first.out, [body["model"] for body in provider.bodies]) == ("seen\n", ["m"])


@pytest.mark.parametrize(("dialect", "name", "limit"), [("anthropic", "dot.png", 10), ("gemini", "big.pdf", 50)])
def test_a_file_that_is_too_large_for_the_provider_is_named_with_the_limit(
    ready: Scrimp, provider: FakeProvider, dialect: str, name: str, limit: int
) -> None:
    ready.config(f'[providers.it]\ndialect = "{dialect}"\nbase_url = "{provider.url}"\nkey_env = "FAKE_KEY"\n')
    with ready.file(name, PNG if name == "dot.png" else CONTENT["application/pdf"]).open("r+b") as file:
        file.truncate(limit * (3 << 18) + 1)
    ran = ready("ask", "hello", "--attach", name, "-m", "it/model")

    assert (ran.status, provider.bodies) == (4, [])
    assert f"{name} has {limit}.0 MB in base64 and it takes {limit}" in ran.err


def test_under_a_cap_its_tokens_are_not_taken_for_none(ready: Scrimp, provider: FakeProvider) -> None:
    words = ("ask", "hello", "--attach", "dot.png", "--max-output", "10", "--max-cost")
    refused = ready(*words, "0.006")  # the model is unknown: 6,500 tokens at $1 a million
    calls = len(provider.bodies)
    allowed = ready(*words, "0.007")

    assert (refused.status, calls) == (5, 0)
    assert "(10 output tokens and 6,500 for what is attached)" in refused.err
    assert (allowed.status, allowed.out) == (0, "seen\n")


@pytest.mark.parametrize("url", [None, "https://example.com/a.png", "https://example.com/a.pdf"])
@pytest.mark.parametrize("dialect", ["anthropic", "gemini"])
def test_the_other_dialects_have_their_own_form(
    ready: Scrimp, provider: FakeProvider, dialect: str, url: str | None
) -> None:
    ready.config(f'[providers.it]\ndialect = "{dialect}"\nbase_url = "{provider.url}"\nkey_env = "FAKE_KEY"\n')
    provider.answer = lambda _: error(400)
    ready("ask", "hello", "--attach", url or "dot.png", "-m", "it/model")
    (body,) = provider.bodies
    media_type = "application/pdf" if url and url.endswith("pdf") else "image/png"
    data = base64.b64encode(PNG).decode()

    if dialect == "anthropic":
        source = {"type": "url", "url": url} if url else {"type": "base64", "media_type": "image/png", "data": data}
        kind = "document" if media_type == "application/pdf" else "image"
        assert parts(body) == [{"type": kind, "source": source}, {"type": "text", "text": "hello"}]
    else:
        inline = {"inlineData": {"mimeType": "image/png", "data": data}}
        linked = {"fileData": {"mimeType": media_type, "fileUri": url}}
        assert body["contents"][-1]["parts"] == [linked if url else inline, {"text": "hello"}]
