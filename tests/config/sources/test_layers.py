from __future__ import annotations

from pathlib import Path

import pytest

from scrimp.config.sources.layers import (
    environment_layer,
    file_content,
    file_layer,
    flags_layer,
    to_config,
    unknown_variables,
)
from scrimp.errors import ConfigError


def read(file: Path) -> dict[str, object]:
    return file_layer(file, file_content(file))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_a_file_that_is_not_toml_is_an_error_with_the_line(file: Path) -> None:
    file.write_text("[defaults]\ntier = simple", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"config\.toml is not TOML: .*line 2"):
        read(file)


def test_a_file_that_is_not_utf8_is_an_error_with_the_byte(file: Path) -> None:
    file.write_bytes(b"# caf\xe9\n")

    with pytest.raises(ConfigError, match=r"config\.toml is not UTF-8 \(byte 5\)"):
        read(file)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a=" + b"[" * 100_000, "nested too deeply"), (b"a=" + b"{b=" * 100_000, "nested too deeply"),
        (b"[defaults]\nretries=" + b"9" * 5000, "too many digits"), (b"#" * (5 << 20), "more than 4 MB"),
        (b"a" + b".a" * 100_000 + b"=1", "too many parts"), (b"['a'" + b" . \"a\"" * 100_000 + b"]", "too many parts"),
    ],
)  # fmt: skip
def test_a_file_that_the_parser_cannot_take_is_a_sentence(file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)

    with pytest.raises(ConfigError, match=rf"config\.toml .*{says}"):
        read(file)


def test_dots_in_a_text_are_not_parts_of_a_key(file: Path) -> None:
    file.write_text(f'[chains.careful]\nsteps = ["{"..." * 100}", "{"a.b, " * 100}"]\n', encoding="utf-8")

    assert list(read(file)) == ["chains"]


def test_a_byte_order_mark_is_tolerated(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf[defaults]\nretries = 3\n")

    assert read(file) == {"defaults": {"retries": 3}}


def test_a_file_that_does_not_exist_sets_nothing(file: Path) -> None:
    assert read(file) == read(file / "below" / "config.toml") == {}


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read \(Is a directory\)"):
        read(tmp_path)


def test_an_empty_variable_sets_nothing() -> None:
    assert environment_layer({"SCRIMP_MAX_COST": "", "SCRIMP_TIER": ""}) == {}


def test_an_unknown_variable_is_a_warning_with_the_right_name() -> None:
    env = {"SCRIMP_MAXCOST": "5", "SCRIMP_WEASEL": "1", "SCRIMP_HOME": "/x", "SCRIMP_OWN_KEY": "k", "TIER": "high"}

    assert environment_layer(env) == {}
    assert list(unknown_variables(env, {"SCRIMP_OWN_KEY"})) == [
        "the environment sets SCRIMP_MAXCOST, which scrimp does not know: did you mean SCRIMP_MAX_COST?",
        "the environment sets SCRIMP_WEASEL, which scrimp does not know: it changes nothing",
    ]


def test_the_error_of_a_wrong_value_names_the_variable() -> None:
    with pytest.raises(ConfigError, match=r'^SCRIMP_CONCURRENCY must be a whole number, not "many"$'):
        environment_layer({"SCRIMP_CONCURRENCY": "many"})


def test_the_error_of_a_wrong_value_names_the_flag() -> None:
    with pytest.raises(ConfigError, match=r"^--cache-ttl: cache_ttl 'soon' is not a duration"):
        flags_layer({"cache_ttl": "soon"})
    with pytest.raises(ConfigError, match=r"^--effort must be one of none, minimal, low"):
        flags_layer({"effort": "some"})


def test_a_level_by_its_former_name_is_still_one(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[defaults]\ncompress = "terse"\n[[rules]]\ntier = "simple"\ncompress = "terse"\n')

    tree = to_config(read(file), "x")
    assert (tree.defaults.compress, tree.rules[0].compress) == ("dense", "dense")
    assert environment_layer({"SCRIMP_COMPRESS": "terse"}) == {"defaults": {"compress": "dense"}}
