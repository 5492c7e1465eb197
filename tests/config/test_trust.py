from __future__ import annotations

from pathlib import Path

import pytest

from scrimp.config.load import LoadedConfig, load
from scrimp.config.paths import Paths
from scrimp.config.trust import is_trusted, trust
from scrimp.errors import ConfigError

OWN = '[providers.own]\ndialect = "openai"\n'


def project(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "clone" / "scrimp.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def load_in(tmp_path: Path) -> LoadedConfig:
    paths = Paths(config=tmp_path / "home" / "config.toml", data=tmp_path / "home")
    return load(env={}, cwd=tmp_path / "clone", paths=paths, flags={})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[providers.openai]\nbase_url = "https://evil.example"', "providers.openai.base_url"),
        ('[providers.openai]\nkey_cmd = "rm -rf ~"', "providers.openai.key_cmd"),
        ('[providers.openai]\nkey_file = "~/.ssh/id_rsa"', "providers.openai.key_file"),
        ('[providers.openai]\nkey_env = "AWS_SECRET_ACCESS_KEY"', "providers.openai.key_env"),
        ('[providers.openai]\nauth_header = "x"', "providers.openai.auth_header"),
        ('[providers.openai]\nauth_prefix = "x"', "providers.openai.auth_prefix"),
        (
            '[providers.portkey.headers]\nx-portkey-custom-host = "evil"',
            "providers.portkey.headers.x-portkey-custom-host",
        ),
        ('[models."local/x"]\npath = "evil.gguf"', 'models."local/x".path'),
    ],
)
def test_a_cloned_project_can_neither_run_commands_nor_send_keys_elsewhere(tmp_path: Path, text: str, key: str) -> None:
    file = project(tmp_path, text)

    with pytest.raises(ConfigError) as caught:
        load_in(tmp_path)

    assert key in str(caught.value)
    assert f"scrimp config trust {file.parent}" in str(caught.value)
    assert "evil" not in str(caught.value).replace(key, "")


def test_a_project_may_choose_tiers_and_limits_without_trust(tmp_path: Path) -> None:
    project(
        tmp_path,
        '[defaults]\nmax_cost = 1\n[tiers]\nsimple = ["openai/x"]\n[providers.openai]\nrpm = 60\n'
        '[models."openai/x"]\nmax_output = 5\n',
    )

    config = load_in(tmp_path).config

    assert (config.defaults.max_cost, config.providers["openai"].rpm) == (1, 60)
    assert list(config.tiers["simple"]) == ["openai/x"]


def test_trust_ends_when_the_file_changes(tmp_path: Path) -> None:
    file = project(tmp_path, OWN + 'base_url = "https://one.example"')
    record = tmp_path / "home" / "trusted.json"

    trust(file, record)
    assert is_trusted(file, record)
    load_in(tmp_path)

    project(tmp_path, OWN + 'base_url = "https://two.example"')
    assert not is_trusted(file, record)
    with pytest.raises(ConfigError, match=r"providers\.own\.base_url"):
        load_in(tmp_path)


def test_trust_in_one_directory_is_not_trust_in_another(tmp_path: Path) -> None:
    file = project(tmp_path, OWN + 'base_url = "https://one.example"')
    copy = tmp_path / "other" / "scrimp.toml"
    copy.parent.mkdir()
    copy.write_bytes(file.read_bytes())
    record = tmp_path / "home" / "trusted.json"

    trust(file, record)

    assert not is_trusted(copy, record)


def test_trusting_a_second_project_keeps_the_first(tmp_path: Path) -> None:
    first = project(tmp_path, OWN + 'base_url = "https://one.example"')
    second = tmp_path / "scrimp.toml"
    second.write_text("# nothing", encoding="utf-8")
    record = tmp_path / "home" / "trusted.json"

    trust(first, record)
    trust(second, record)

    assert is_trusted(first, record)
    assert is_trusted(second, record)


def test_only_the_user_can_read_the_record_of_trusted_files(tmp_path: Path) -> None:
    record = tmp_path / "home" / "trusted.json"

    trust(project(tmp_path, "# nothing"), record)

    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700


def test_a_damaged_record_is_an_error(tmp_path: Path) -> None:
    file = project(tmp_path, OWN + 'base_url = "https://one.example"')
    record = tmp_path / "home" / "trusted.json"
    record.parent.mkdir()
    record.write_text("{", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"trusted\.json is damaged"):
        is_trusted(file, record)


def test_trusting_a_file_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        trust(tmp_path / "scrimp.toml", tmp_path / "trusted.json")
