from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from scrimp.config.paths import Paths
from scrimp.config.schema import Defaults
from scrimp.config.show import settings
from scrimp.config.sources.load import LoadedConfig, load

SECRETS = (
    "hunter2-password",
    "sk-proj-0123456789abcdef",
    "plain-header-secret",
    "plain-command-secret",
    "server-password",
)
CONFIG = f"""
[defaults]
max_cost = 5.00
[providers.gate]
dialect = "openai"
base_url = "https://ada:{SECRETS[0]}@gate.example/v1"
key_cmd = "pass {SECRETS[3]}"
flavour = "{SECRETS[1]}"
headers = {{ x-key = "{SECRETS[2]}" }}
[tiers]
simple = ["gate/a", "openai/\\"quoted\\""]
[models."openai/gpt-6.2-sol"]
price = {{ input = 0.10, output = 2 }}
[[rules]]
file = "*.py"
tier = "high"
[shared]
cache = "rediss://ada:{SECRETS[4]}@cache.example:6380/2?ssl_password={SECRETS[4]}"
limits = "rediss://ada:{SECRETS[4]}@limits.example"
[alerts]
spend = [{{ above = 50.00, since = "1d" }}]
"""


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedConfig:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    return load(
        env={"SCRIMP_RETRIES": "4"}, cwd=tmp_path, paths=Paths(config=file, data=tmp_path), flags={"tier": "high"}
    )


def test_each_setting_has_its_origin(loaded: LoadedConfig, tmp_path: Path) -> None:
    shown = {setting.key: (setting.value, setting.origin) for setting in settings(loaded)}

    file = str(tmp_path / "config.toml")
    assert shown["defaults.tier"] == ('"high"', "flag")
    assert shown["defaults.retries"] == ("4", "SCRIMP_RETRIES")
    assert shown["defaults.max_cost"] == ("5.0", file)
    assert shown["defaults.concurrency"] == ("16", "default")
    assert shown["defaults.cache_ttl"] == (None, "default")
    assert shown['models."openai/gpt-6.2-sol".price.input'] == ("0.1", file)
    assert shown["rules"] == ('[{ file = "*.py", tier = "high" }]', file)


def test_every_default_is_shown(loaded: LoadedConfig) -> None:
    shown = {setting.key for setting in settings(loaded)}

    assert {f"defaults.{name}" for name in Defaults.__struct_fields__} <= shown


def test_nothing_that_may_be_a_secret_is_shown(loaded: LoadedConfig) -> None:
    shown = "\n".join(f"{setting.key} = {setting.value}" for setting in settings(loaded))

    assert [secret for secret in SECRETS if secret in shown] == []
    assert 'shared.limits = "rediss://limits.example"' in shown
    assert 'providers.gate.headers.x-key = "[set]"' in shown
    assert 'providers.gate.key_cmd = "[set]"' in shown
    assert 'shared.cache = "rediss://cache.example:6380/2"' in shown


def test_the_settings_shown_are_toml(loaded: LoadedConfig) -> None:
    lines = [f"{setting.key} = {setting.value}" for setting in settings(loaded) if setting.value is not None]

    tree = tomllib.loads("\n".join(lines))
    assert tree["tiers"]["simple"] == ["gate/a", 'openai/"quoted"']
    assert tree["rules"] == [{"file": "*.py", "tier": "high"}]
