from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from scrimp.config.alert_tables import AlertsTable
from scrimp.config.paths import Paths
from scrimp.config.schema import Defaults, ModelTable, ProviderTable, ShadowTable
from scrimp.config.sources.load import LoadedConfig, load
from scrimp.config.sources.trust import guarded_keys, is_trusted, require_trust, trust
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
        ('[sinks.otel]\nendpoint = "https://evil.example/v1/traces"', "sinks.otel.endpoint"),
        ("[sinks.otel]", "sinks.otel"),
        ('[shared]\ncache = "redis://evil.example/0"', "shared.cache"),
        ('[shared]\ncache_env = "SOME_VARIABLE"', "shared.cache_env"),
        ("[sinks.langsmith]\ncontent = true", "sinks.langsmith.content"),
    ],
)
def test_a_cloned_project_can_neither_run_commands_nor_send_keys_elsewhere(tmp_path: Path, text: str, key: str) -> None:
    file = project(tmp_path, text)

    with pytest.raises(ConfigError) as caught:
        load_in(tmp_path)

    assert key in str(caught.value)
    assert f"scrimp config trust {file.parent}" in str(caught.value)
    assert "evil" not in str(caught.value).replace(key, "")


SPENDING = [
    ("[defaults]\nmax_cost = 5.01", "defaults.max_cost"), ("[defaults]\nmax_cost = 1e9", "defaults.max_cost"),
    ("[defaults]\nmax_cost_per_row = 0.02", "defaults.max_cost_per_row"),
    ("[defaults]\nallow_unpriced = true", "defaults.allow_unpriced"),
    ('[defaults]\nbudget = ""', "defaults.budget"), ("[defaults]\nallow_unshared = true", "defaults.allow_unshared"),
    ("[defaults]\nallow_unkept = true", "defaults.allow_unkept"),
    ('[defaults]\nbaseline = "local/free"', "defaults.baseline"),
    ('[models."openai/x"]\nprice = { input = 0.0, output = 0.0 }', 'models."openai/x".price.input'),
    ('[providers.openai]\nprice_provider = "ollama"', "providers.openai.price_provider"),
    ('[shadow]\nshare = "100%"', "shadow.share"), ("[shadow]\nmax_cost = 100000", "shadow.max_cost"),
    ('[providers.openai]\ndialect = "gemini"', "providers.openai.dialect"),
    ('[defaults]\nchoices_text = "@/etc/passwd"', "defaults.choices_text"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key"), SPENDING)
def test_a_cloned_project_can_neither_lift_the_cap_nor_change_what_is_counted(
    tmp_path: Path, text: str, key: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("[defaults]\nmax_cost = 5.00\nmax_cost_per_row = 0.01\n")
    file = project(tmp_path, text)

    with pytest.raises(ConfigError, match="which only a project file you trust may set") as caught:
        load_in(tmp_path)
    assert key in str(caught.value)

    trust(file, home / "trusted.json")
    assert str(file) in load_in(tmp_path).origins.values()


@pytest.mark.parametrize(("users", "projects"), [(None, "1"), ("5.00", "5"), ("5.00", "0.5"), ("5.00", "0")])
def test_a_cloned_project_may_lower_the_cap(tmp_path: Path, users: str | None, projects: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    if users is not None:
        (home / "config.toml").write_text(f"[defaults]\nmax_cost = {users}\n")
    project(tmp_path, f"[defaults]\nmax_cost = {projects}\n")

    assert load_in(tmp_path).config.defaults.max_cost == Decimal(projects)


def test_every_key_is_either_harmless_or_guarded_by_intent() -> None:
    guarded = {path for path in _every_key() if guarded_keys(_nested(path), {"defaults": {"max_cost": 1}})}

    assert {".".join(path) for path in guarded} == {
        "defaults.choices_text", "defaults.max_cost", "defaults.allow_unpriced", "defaults.allow_unkept",
        "defaults.baseline", "defaults.budget", "defaults.allow_unshared",
        *(f"providers.p.{key}" for key in (
            "dialect", "base_url", "flavour", "key_env", "key_cmd", "key_file", "auth_header", "auth_prefix", "headers",
            "admin_key_env", "admin_key_cmd", "admin_key_file",
            "price_provider", "labels", "discount", "batch_discount", "credit", "credit_since", "buy",
        )),
        *(f"models.p.{key}" for key in ("price", "batch_price", "tier_prices", "batch_discount", "same_as", "path")),
        "shadow.share", "shadow.max_cost", "shadow.models",
        "shadow.certified", "shadow.certified_max_cost",
        "alerts.command", "alerts.webhook", "alerts.webhook_env", "alerts.timeout",
    }  # fmt: skip


def test_a_cloned_project_may_add_alerts_but_neither_silence_the_users_nor_send_any(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("[alerts]\nspend = [{ above = 5 }]\n")
    project(tmp_path, '[alerts]\nerrors = [{ above = "5%" }]\n')
    alerts = load_in(tmp_path).config.alerts
    assert (len(alerts.spend), len(alerts.errors)) == (1, 1)

    for text, key in (
        ("spend = []", "spend"),
        ('command = "curl evil"', "command"),
        ('webhook_env = "KEY"', "webhook"),
    ):
        project(tmp_path, f"[alerts]\n{text}\n")
        with pytest.raises(ConfigError, match=rf"alerts\.{key}\w*, which only a project file you trust"):
            load_in(tmp_path)


def test_the_bytes_that_are_checked_are_the_bytes_that_are_used(tmp_path: Path) -> None:
    file, record = project(tmp_path, OWN), tmp_path / "trusted.json"
    trust(file, record)
    read = b'[shadow]\nshare = "100%"\n'  # what the file held a moment before

    with pytest.raises(ConfigError, match=r"shadow\.share"):
        require_trust(file, read, {"shadow": {"share": "100%"}}, {}, record)


def _every_key() -> list[tuple[str, ...]]:
    tables = {"defaults": Defaults, "alerts": AlertsTable, "shadow": ShadowTable}
    named = {"providers": ProviderTable, "models": ModelTable}
    keys: list[tuple[str, ...]] = [(table, key) for table, kind in tables.items() for key in kind.__struct_fields__]
    keys += [(table, "p", key) for table, kind in named.items() for key in kind.__struct_fields__]
    return [*keys, ("tiers", "t"), ("chains", "c", "steps"), ("rules",)]


def _nested(path: tuple[str, ...]) -> dict[str, object]:
    value: object = 2
    for name in reversed(path):
        value = {name: value}
    assert isinstance(value, dict)
    return value


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
    assert is_trusted(file, file.read_bytes(), record)
    load_in(tmp_path)

    project(tmp_path, OWN + 'base_url = "https://two.example"')
    assert not is_trusted(file, file.read_bytes(), record)
    with pytest.raises(ConfigError, match=r"providers\.own\.base_url"):
        load_in(tmp_path)


def test_trust_in_one_directory_is_not_trust_in_another(tmp_path: Path) -> None:
    file = project(tmp_path, OWN + 'base_url = "https://one.example"')
    copy = tmp_path / "other" / "scrimp.toml"
    copy.parent.mkdir()
    copy.write_bytes(file.read_bytes())
    record = tmp_path / "home" / "trusted.json"

    trust(file, record)

    assert not is_trusted(copy, copy.read_bytes(), record)


def test_trusting_a_second_project_keeps_the_first(tmp_path: Path) -> None:
    first = project(tmp_path, OWN + 'base_url = "https://one.example"')
    second = tmp_path / "scrimp.toml"
    second.write_text("# nothing", encoding="utf-8")
    record = tmp_path / "home" / "trusted.json"

    trust(first, record)
    trust(second, record)

    assert is_trusted(first, first.read_bytes(), record)
    assert is_trusted(second, second.read_bytes(), record)


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
        is_trusted(file, file.read_bytes(), record)


def test_trusting_a_file_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        trust(tmp_path / "scrimp.toml", tmp_path / "trusted.json")
