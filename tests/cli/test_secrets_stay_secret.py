"""No command lets a secret out, whatever it does with it and however the provider repeats it."""

from __future__ import annotations

import base64
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from cli.surroundings import commands, working_words
from command import Ran, Scrimp
from fake_provider import FakeProvider, Reply, completion, error, fake_provider
from fork_server import ForkServer

COMMANDS = dict(commands())
SECRETS = {
    "the key": "canary-Qw3rTy9zXc5VbN8mLk2Jh4Gf",
    "a configured header": "team-Hj7Kl0Pq4Rs9Tu2Vw5Xy8Za",
    "the password of the proxy": "pr0xy-Mn3Bv6Cx9Zl2Kj5Hg8Fd1Sa",
}
# How a provider repeats what it got, with a status and as a completion.
FORMS = {
    "as it is": lambda text: text,
    "after much else": lambda text: "x" * 275 + " " + text,
    "without its end": lambda text: text[:-1],
    "in halves": lambda text: text[: len(text) // 2] + " " + text[len(text) // 2 :],
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in a URL": lambda text: quote(text, safe=""),
    "backwards": lambda text: text[::-1],
    "in capitals": lambda text: text.upper(),
}
WAYS = [(form, status) for status in (200, 400, 401, 503) for form in FORMS]
EVERY = bool(os.environ.get("EVERY_SURROUNDING"))
# The suite tries each way with `run`, and each other command with one of them.
TRIALS = [
    (name, *WAYS[place])
    for number, name in enumerate(COMMANDS)
    for place in (range(len(WAYS)) if EVERY or name == "run" else [number * 5 % len(WAYS)])
]


@pytest.fixture(scope="module")
def repeating() -> Iterator[FakeProvider]:
    with fake_provider() as provider:
        yield provider


@pytest.fixture
def scrimp(tmp_path: Path, forks: ForkServer, repeating: FakeProvider) -> Scrimp:
    scrimp = Scrimp(tmp_path, forks)
    header = SECRETS["a configured header"]
    scrimp.provider(repeating.url, name="fake", key=SECRETS["the key"], more="[defaults]\nretries = 0\n")
    config = (scrimp.home / "config.toml").read_text(encoding="utf-8")
    scrimp.config(config.replace("[tiers]", f'headers = {{ "X-Team" = "{header}" }}\n[tiers]', 1))
    scrimp.env |= {
        "SCRIMP_MODEL": "fake/test-model",
        "HTTPS_PROXY": f"http://ada:{SECRETS['the password of the proxy']}@127.0.0.1:9",
    }
    scrimp.file("q.txt", "hello\nanother\n")
    return scrimp


def repeat(provider: FakeProvider, form: str, status: int) -> None:
    """Let the provider answer with the secrets that it got."""

    def answer(body: object) -> Reply:
        got = [SECRETS["the key"], SECRETS["a configured header"]]
        assert all(any(secret in value for value in provider.headers[-1].values()) for secret in got)
        words = " ".join(map(FORMS[form], got))
        if status != 200:
            return error(status, message=f"refused: {words}")
        text = words if form == "as it is" else "fine"  # a completion is searched for whole secrets only
        return completion(text, model=words, id=words, service_tier=words)

    provider.answer = answer


def left_behind(scrimp: Scrimp, ran: Ran) -> Iterator[tuple[str, str]]:
    """Yield everything that can be read after a command, with where it stands; the config is the user's own."""
    yield "stdout", ran.out
    yield "stderr", ran.err
    for path in [*scrimp.home.rglob("*"), *scrimp.cwd.rglob("*")]:
        if path.is_file() and path.name != "config.toml":
            yield path.name, path.read_bytes().decode("latin-1")
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as db:  # also what the write-ahead log holds
                yield path.name, "\n".join(db.iterdump())
    yield "the export of the cache", scrimp("cache", "export").out


def pieces(secret: str) -> list[str]:
    """Return what gives a secret away: twelve of its characters in a row, as they are or as another form has them."""
    spelled = [form(secret) for name, form in FORMS.items() if name not in ("after much else", "in halves")]
    return [text[at : at + 12].lower() for text in spelled for at in range(len(text) - 11)]


@pytest.mark.parametrize(("name", "form", "status"), TRIALS)
def test_no_command_lets_a_secret_out(
    scrimp: Scrimp, repeating: FakeProvider, name: str, form: str, status: int
) -> None:
    repeat(repeating, form, status)
    if name.split(maxsplit=1)[0] in ("cache", "runs", "cost", "tune"):  # there is something to show
        scrimp("run", "q.txt", "-q")
    ran = scrimp.amid(*working_words(name, COMMANDS[name]))

    for where, text in left_behind(scrimp, ran):
        lower = text.lower()
        for what, secret in SECRETS.items():
            found = [piece for piece in pieces(secret) if piece in lower]
            assert not found, f"{what} is in {where} of `scrimp {name}`: {found[0]}"


def test_the_provider_did_get_the_secrets_and_the_words_around_them_are_shown(
    scrimp: Scrimp, repeating: FakeProvider
) -> None:
    repeat(repeating, "in halves", 400)
    ran = scrimp("run", "q.txt", "-q")

    assert "refused: [key]" in ran.out + ran.err
