from __future__ import annotations

import copy
import pickle
import shlex
import sys
import traceback
from pathlib import Path

import pytest
from msgspec.structs import replace

from scrimp.config.resolved.api_keys import KeyRing, Secret
from scrimp.config.schema import ProviderTable
from scrimp.errors import ConfigError, MissingKeyError
from scrimp.providers.presets import PRESETS

KEY = "not-shaped-like-a-key-1234"
OPENAI = PRESETS["openai"]


def ring(table: ProviderTable | None = None, **env: str) -> KeyRing:
    return KeyRing(env, {} if table is None else {"openai": table})


def command_that_prints(text: str) -> str:
    return f"{sys.executable} -c \"print('{text}')\""


def test_a_secret_prints_as_a_placeholder() -> None:
    secret = Secret(KEY)

    assert KEY not in f"{secret} {secret!r} {[secret]} {(secret,)!s}"
    assert secret.reveal() == KEY


def test_endpoints_of_one_name_have_their_own_headers() -> None:
    keys = ring(OPENAI_API_KEY=KEY)
    other = replace(OPENAI, auth_header="api-key", auth_prefix="")

    for _ in range(2):
        assert keys.headers_for(OPENAI) == {"authorization": f"Bearer {KEY}"}
        assert keys.headers_for(other) == {"api-key": KEY}


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_cannot_be_serialized_or_copied(duplicate: object) -> None:
    with pytest.raises(TypeError, match="cannot be serialized or copied"):
        duplicate(Secret(KEY))  # type: ignore[operator]


def test_a_key_comes_from_its_variable_without_the_line_end() -> None:
    assert ring(OPENAI_API_KEY=f"{KEY}\n").headers_for(OPENAI) == {"authorization": f"Bearer {KEY}"}


def test_a_missing_key_is_an_error_that_says_what_to_set() -> None:
    with pytest.raises(MissingKeyError, match=r"^no key for openai: set OPENAI_API_KEY, or key_cmd or key_file"):
        ring().headers_for(OPENAI)


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_holds_no_key(value: str) -> None:
    assert not ring(OPENAI_API_KEY=value).has(OPENAI)


def test_a_command_gives_the_key_and_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "count.py"
    script.write_text(f"open(r'{tmp_path}/ran', 'a').write('x'); print('{KEY}')", encoding="utf-8")
    keys = ring(ProviderTable(key_cmd=shlex.join([sys.executable, str(script)])))

    assert keys.has(OPENAI)
    assert not (tmp_path / "ran").exists()
    assert [keys.headers_for(OPENAI)["authorization"] for _ in range(3)] == [f"Bearer {KEY}"] * 3
    assert (tmp_path / "ran").read_text() == "x"


def test_a_command_is_not_run_by_a_shell(tmp_path: Path) -> None:
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
        command_that_prints(f"{KEY} and more"),
        command_that_prints(""),
    ],
)
def test_the_output_of_a_failed_command_is_not_in_the_error(command: str) -> None:
    with pytest.raises(ConfigError, match="the key_cmd of openai") as caught:
        ring(ProviderTable(key_cmd=command)).find(OPENAI)

    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_file_gives_the_key_with_a_warning_if_others_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n", encoding="utf-8")
    warnings: list[str] = []

    for mode in (0o600, 0o640, 0o604):
        file.chmod(mode)
        keys = KeyRing({}, {"openai": ProviderTable(key_file=str(file))}, warnings.append)
        assert keys.headers_for(OPENAI)["authorization"] == f"Bearer {KEY}"

    assert warnings == [f"{file} can be read by others: run chmod 600 on it"] * 2


def test_what_is_said_of_a_key_file_that_is_no_text_has_no_byte_of_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(KEY.encode() + b"\xff")
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        ring(ProviderTable(key_file=str(file))).find(OPENAI)

    assert "UnicodeDecodeError" not in "".join(traceback.format_exception(caught.value))


def test_a_key_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the key_file of openai, .*/none, cannot be read"):
        ring(ProviderTable(key_file=str(tmp_path / "none"))).find(OPENAI)


def test_a_key_that_no_header_can_hold_is_refused_without_printing_it() -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY gives something that is not a key") as caught:
        ring(OPENAI_API_KEY=f"{KEY}\r\nx-evil: 1").headers_for(OPENAI)

    assert KEY not in str(caught.value)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_key_with_the_quotes_of_an_env_file_is_refused_before_a_call(quote: str) -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY gives a key with quotes around it: leave them out") as caught:
        ring(OPENAI_API_KEY=f"{quote}{KEY}{quote}").headers_for(OPENAI)

    assert KEY not in str(caught.value)


def test_a_route_with_two_keys_needs_both() -> None:
    helicone = PRESETS["helicone-openai"]

    with pytest.raises(MissingKeyError, match="helicone-openai needs a second key: set HELICONE_API_KEY"):
        ring(OPENAI_API_KEY=KEY).headers_for(helicone)
    keys = ring(OPENAI_API_KEY=KEY, HELICONE_API_KEY="another-plain-one")
    assert keys.headers_for(helicone)["helicone-auth"] == "Bearer another-plain-one"
    assert keys.redact("x another-plain-one y") == "x [key] y"


def test_words_of_headers_that_are_no_secrets_stay_in_completions() -> None:
    headers = {"X-Title": "Support team", "X-Route": "0123456789abcdef", "Cf-Auth": "Basic abcd"}
    keys = ring(ProviderTable(headers=headers), OPENAI_API_KEY=KEY)
    keys.headers_for(replace(OPENAI, headers=headers))

    assert keys.redact_whole("Our team: 0123456789abcdef abcd") == "Our team: [key] [key]"


def test_titles_and_addresses_of_a_program_stay_in_completions_and_a_key_put_there_does_not() -> None:
    headers = {
        "X-Title": "Support international", "HTTP-Referer": "https://example.com/support",
        "User-Agent": "tickets/2.0.17", "Accept-Language": "de-DE,en;q=0.5", "X-Other": "Support somewhere",
        "Referer": "https://ada:hunter22@b.test",
    }  # fmt: skip
    keys = ring(ProviderTable(headers=headers), OPENAI_API_KEY=KEY)
    keys.headers_for(replace(OPENAI, headers=headers))
    text = "international https://example.com/support tickets/2.0.17 de-DE,en;q=0.5"

    assert keys.redact_whole(text) == text
    assert keys.redact(text) == text
    assert keys.redact_whole("somewhere https://ada:hunter22@b.test") == "[key] [key]"


def test_known_keys_are_redacted_even_if_one_begins_with_another() -> None:
    keys = KeyRing({"OPENAI_API_KEY": "abcdefgh", "MISTRAL_API_KEY": "abcdefgh-5678"}, {})
    keys.find(OPENAI)
    keys.find(PRESETS["mistral"])

    assert keys.redact('{"key": "abcdefgh-5678", "other": "abcdefgh"}') == '{"key": "[key]", "other": "[key]"}'


def test_a_key_that_was_never_read_is_redacted_by_its_shape() -> None:
    assert ring().redact("bad key sk-proj-AbCdEf0123456789.") == "bad key [key]."
