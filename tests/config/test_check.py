from __future__ import annotations

from pathlib import Path

import pytest

from scrimp.config.check import Finding, check
from scrimp.config.paths import Paths
from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.sources.load import load


def findings(tmp_path: Path, text: str, **env: str) -> list[Finding]:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    paths = Paths(config=home / "config.toml", data=home)
    paths.config.write_text(text, encoding="utf-8")
    paths.config.chmod(0o600)
    loaded = load(env=env, cwd=tmp_path, paths=paths, flags={})
    return check(loaded, KeyRing(env, loaded.config.providers), paths)


def test_a_sound_config_has_no_findings(tmp_path: Path) -> None:
    text = (
        '[tiers]\nsimple = ["openai/gpt-6-luna"]\nmedium = ["gpt-6.1-terra"]\nhigh = ["openai/gpt-6.2-sol"]\n'
        '[models."openai/gpt-6-luna"]\nprice = { input = 1, output = 2 }\n'
        '[chains.c]\nsteps = ["simple", "openai/gpt-6.2-sol"]\n[[rules]]\nmatch = "x+"\nchain = "c"\n'
    )

    assert findings(tmp_path, text, OPENAI_API_KEY="k") == []


@pytest.mark.parametrize(
    ("text", "severity", "location", "words"),
    [
        ('[tiers]\nsimple = ["gpt-6-lunaa"]', "error", "tiers.simple", "did you mean openai/gpt-6-luna"),
        ('[tiers]\nsimple = ["openai/gpt-6-lunaa"]', "warning", "tiers.simple", "did you mean openai/gpt-6-luna"),
        ('[tiers]\nsimple = ["openai/gpt-3.5-turbo"]', "warning", "tiers.simple", "use openai/gpt-6-luna"),
        ('[tiers]\nsimple = ["mistral/x"]', "warning", "tiers.simple", "set MISTRAL_API_KEY"),
        ('[chains.c]\nsteps = ["simple", "hihg"]', "error", "chains.c", "did you mean high"),
        ('[[rules]]\ntier = "hihg"', "error", "rule 1", "there is no tier 'hihg'"),
        ('[[rules]]\nmatch = "("\ntier = "high"', "error", "rules", "not a regular expression"),
        ('[defaults]\nchain = "none"', "error", "defaults.chain", "there is no chain 'none'"),
        ('[defaults]\nbaseline = "opnai/x"', "error", "defaults.baseline", "did you mean openai"),
        (
            '[models."openai/gpt-6-luna"]\nprice = { input = 1 }',
            "warning",
            'models."openai/gpt-6-luna"',
            "unknown cost",
        ),
        ('[models."opnai/x"]\neffort = "low"', "error", 'models."opnai/x"', "did you mean openai"),
        ('[models."local/x"]\npath = "/no/such.gguf"', "error", 'models."local/x".path', "there is no file"),
        ('[providers.openai]\nflavour = "litelm"', "warning", "providers.openai", "did you mean litellm?"),
        ('[providers.openai]\nprice_provider = "opnai"', "warning", "providers.openai", "did you mean openai?"),
        ('[shadow]\nmodels = ["openai/gpt-6-luna", "nope"]', "error", "shadow.models", "unknown model 'nope'"),
        ('[alerts]\ncommand = "no-such-program x"\ndrift = true', "error", "alerts.command", "no program"),
        ('[alerts]\nwebhook_env = "HOOK"\ndrift = true', "warning", "alerts.webhook_env", "HOOK is not set"),
        ('[alerts]\nwebhook = "http://chat.example/x"\ndrift = true', "warning", "alerts.webhook", "use https"),
        ('[alerts]\ncommand = "true"', "warning", "alerts", "there is no rule"),
        ("[sinks.langsmith]", "warning", "sinks.langsmith", "set LANGSMITH_API_KEY"),
        ("[sinks.own]", "warning", "sinks.own", "has no endpoint"),
        ('[sinks.own]\nendpoint = "http://x.example"\ncontent = true', "warning", "sinks.own", "unencrypted"),
        ('[shared]\ncache_env = "REDIS"', "error", "shared.cache_env", "REDIS, which is not set"),
        ('[shared]\ncache = "redis://cache.example"', "warning", "shared.cache", "use rediss://"),
        ('[shared]\nlimits = "redis://cache.example"', "warning", "shared.limits", "use rediss://"),
        ("[providers.mistral]\nrpm = 3", "warning", "providers.mistral", "no key for mistral: set MISTRAL_API_KEY"),
        ("[providers.mistrial]\nrpm = 3", "error", "providers.mistrial", "did you mean mistral"),
        (
            '[providers.own]\ndialect = "openai"\nbase_url = "http://own.example"\nkey_env = "OPENAI_API_KEY"',
            "warning",
            "providers.own",
            "the key travels unencrypted",
        ),
    ],
)
def test_a_likely_mistake_is_found(tmp_path: Path, text: str, severity: str, location: str, words: str) -> None:
    found = findings(tmp_path, text, OPENAI_API_KEY="k")

    assert [(finding.severity, finding.location) for finding in found if words in finding.message] == [
        (severity, location)
    ]


def test_plain_http_on_this_machine_is_not_a_finding(tmp_path: Path) -> None:
    assert findings(tmp_path, "[providers.litellm]\nrpm = 3", LITELLM_API_KEY="k", OPENAI_API_KEY="k") == []


def test_files_that_others_can_read_or_change_are_found(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("plain-key-text", encoding="utf-8")
    key.chmod(0o644)

    found = findings(tmp_path, f'[providers.openai]\nkey_file = "{key}"')
    assert [(finding.severity, finding.location) for finding in found] == [("warning", "providers.openai.key_file")]

    home = tmp_path / "home"
    home.chmod(0o755)
    (home / "config.toml").chmod(0o666)
    loaded = load(env={}, cwd=tmp_path, paths=Paths(config=home / "config.toml", data=home), flags={})
    again = check(loaded, KeyRing({}, loaded.config.providers), Paths(config=home / "config.toml", data=home))
    assert [finding.location for finding in again] == [
        "providers.openai.key_file",
        str(home / "config.toml"),
        str(home),
    ]


def test_checking_runs_no_command(tmp_path: Path) -> None:
    findings(tmp_path, f'[providers.openai]\nkey_cmd = "touch {tmp_path}/ran"')

    assert not (tmp_path / "ran").exists()
