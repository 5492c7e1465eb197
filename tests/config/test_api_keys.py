from __future__ import annotations

import copy
import pickle
import sys
import traceback
from pathlib import Path

import pytest

from scrimp.config.api_keys import KeyRing, Secret
from scrimp.config.schema import ProviderTable
from scrimp.errors import ConfigError, MissingKeyError
from scrimp.providers.presets import PRESETS

KEY = "not-shaped-like-a-key-1234"
OPENAI = PRESETS["openai"]


def ring(table: ProviderTable | None = None, **env: str) -> KeyRing:
    return KeyRing(env, {} if table is None else {"openai": table})


def printing(text: str) -> str:
    return f"{sys.executable} -c \"print('{text}')\""


def test_a_secret_prints_as_nothing() -> None:
    secret = Secret(KEY)

    assert KEY not in f"{secret} {secret!r} {[secret]} {(secret,)!s}"
    assert secret.reveal() == KEY


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_cannot_be_written_anywhere(write: object) -> None:
    with pytest.raises(TypeError, match="not written anywhere"):
        write(Secret(KEY))  # type: ignore[operator]


def test_a_key_comes_from_its_variable_without_the_line_end() -> None:
    assert ring(OPENAI_API_KEY=f"{KEY}\n").headers_for(OPENAI) == {"authorization": f"Bearer {KEY}"}


def test_a_missing_key_says_what_to_set() -> None:
    with pytest.raises(MissingKeyError, match=r"^no key for openai: set OPENAI_API_KEY, or key_cmd or key_file"):
        ring().headers_for(OPENAI)


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_holds_no_key(value: str) -> None:
    assert not ring(OPENAI_API_KEY=value).has(OPENAI)


def test_a_command_gives_the_key_and_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "count.py"
    script.write_text(f"open(r'{tmp_path}/ran', 'a').write('x'); print('{KEY}')", encoding="utf-8")
    keys = ring(ProviderTable(key_cmd=f"{sys.executable} {script}"))

    assert keys.has(OPENAI)
    assert not (tmp_path / "ran").exists()
    assert [keys.headers_for(OPENAI)["authorization"] for _ in range(3)] == [f"Bearer {KEY}"] * 3
    assert (tmp_path / "ran").read_text() == "x"


def test_a_command_is_no_shell_line(tmp_path: Path) -> None:
    keys = ring(ProviderTable(key_cmd=f"echo {KEY};touch {tmp_path}/made"))

    with pytest.raises(ConfigError):
        keys.find(OPENAI)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "command",
    [
        f"{sys.executable} -c \"import sys; print('{KEY}'); sys.exit('{KEY}')\"",
        f"no-such-program-{KEY}",
        f"unbalanced '{KEY}",
        f"{sys.executable} -c \"import sys; sys.stdout.buffer.write(b'{KEY}\\xff')\"",
        printing(f"{KEY} and more"),
        printing(""),
    ],
)
def test_a_command_that_fails_repeats_nothing_it_said(command: str) -> None:
    with pytest.raises(ConfigError, match="the key_cmd of openai") as caught:
        ring(ProviderTable(key_cmd=command)).find(OPENAI)

    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_file_gives_the_key_and_one_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n", encoding="utf-8")
    warnings: list[str] = []

    for mode in (0o600, 0o644):
        file.chmod(mode)
        keys = KeyRing({}, {"openai": ProviderTable(key_file=str(file))}, warnings.append)
        assert keys.headers_for(OPENAI)["authorization"] == f"Bearer {KEY}"

    assert warnings == [f"{file} can be read by others: chmod 600 it"]


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the key file of openai, .*/none, cannot be read"):
        ring(ProviderTable(key_file=str(tmp_path / "none"))).find(OPENAI)


def test_a_key_that_cannot_travel_in_a_header_is_refused_unseen() -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY gives something that is no key") as caught:
        ring(OPENAI_API_KEY=f"{KEY}\r\nx-evil: 1").headers_for(OPENAI)

    assert KEY not in str(caught.value)


def test_a_route_with_two_keys_needs_both() -> None:
    helicone = PRESETS["helicone-openai"]

    with pytest.raises(MissingKeyError, match="helicone-openai needs a second key: set HELICONE_API_KEY"):
        ring(OPENAI_API_KEY=KEY).headers_for(helicone)
    keys = ring(OPENAI_API_KEY=KEY, HELICONE_API_KEY="another-plain-one")
    assert keys.headers_for(helicone)["helicone-auth"] == "Bearer another-plain-one"
    assert keys.redact("x another-plain-one y") == "x [key] y"


def test_known_keys_are_taken_out_of_any_text_even_where_one_begins_with_another() -> None:
    keys = KeyRing({"OPENAI_API_KEY": "abcdefgh", "MISTRAL_API_KEY": "abcdefgh-5678"}, {})
    keys.find(OPENAI)
    keys.find(PRESETS["mistral"])

    assert keys.redact('{"key": "abcdefgh-5678", "other": "abcdefgh"}') == '{"key": "[key]", "other": "[key]"}'


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-AbCdEf0123456789",
        "sk-ant-api03-AbCdEf0123456789",
        "AIzaSyA0123456789abcdefghijklmnopqrstu",
        "gsk_0123456789abcdefghij",
        "tm-0123456789abcdef",
    ],
)
def test_what_looks_like_a_key_is_taken_out_though_it_was_never_read(key: str) -> None:
    assert ring().redact(f"bad key {key}.") == "bad key [key]."


def test_bearer_tokens_and_passwords_in_urls_are_taken_out() -> None:
    assert ring().redact("authorization: Bearer abc.def-0123456789==") == "authorization: Bearer [key]"
    assert ring().redact("https://ada:hunter2@proxy.example/v1") == "https://[key]@proxy.example/v1"


def test_ordinary_words_stay() -> None:
    text = "openai/gpt-6-luna said: task-oriented, risk-averse; see https://example.com:8080/v1"

    assert ring().redact(text) == text


@pytest.mark.parametrize("pasted", ["sk-proj-AbCdEf0123456789", "AIzaSyA0123456789abcdefghijklmnopqrstu"])
def test_a_key_pasted_where_its_name_belongs_is_refused_unseen(pasted: str) -> None:
    with pytest.raises(ValueError, match="never the key itself") as caught:
        ProviderTable(key_env=pasted)

    assert pasted not in str(caught.value)
