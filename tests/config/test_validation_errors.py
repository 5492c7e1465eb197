from __future__ import annotations

from pathlib import Path

import pytest

from scrimp.config.paths import Paths
from scrimp.config.schema import (
    BatchTable,
    ChainTable,
    Config,
    Defaults,
    ModelTable,
    ProviderTable,
    RuleTable,
    ShadowTable,
)
from scrimp.config.sources.load import load
from scrimp.errors import ConfigError


def load_error(tmp_path: Path, text: str) -> str:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(env={}, cwd=tmp_path, paths=Paths(config=file, data=tmp_path), flags={})
    error = str(caught.value)
    assert error.startswith(f"{file}: ")
    return error.removeprefix(f"{file}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[default]\n", "default is unknown: did you mean defaults?"),
        ('tier = "high"', "tier is not in a table: write it under [defaults]"),
        ("max_cost = 5", "max_cost is not in a table: write it under [defaults]"),
        ("[retries]\nmax = 5", "retries is not a table: write it under [defaults]"),
        (
            '[cache]\nurl = "redis://h"',
            "cache is not a table: write it under [defaults] or, for several machines, under [shared]",
        ),
        ("[defaults]\nmax_coast = 5", "defaults.max_coast is unknown: did you mean max_cost?"),
        ('[providers."my.own"]\nbase_rul = "x"', 'providers."my.own".base_rul is unknown: did you mean base_url?'),
        ('[models."a/b"]\nprice = { inptu = 1 }', 'models."a/b".price.inptu is unknown: did you mean input?'),
        ('[[rules]]\ntier = "x"\n[[rules]]\nteir = "x"', "rules[1].teir is unknown: did you mean tier?"),
        ('[alerts]\nspend = [{ abvoe = 1, since = "1d" }]', "alerts.spend[0].abvoe is unknown: did you mean above?"),
    ],
)
def test_an_unknown_key_is_an_error_with_its_path_and_the_closest_key(tmp_path: Path, text: str, message: str) -> None:
    assert load_error(tmp_path, text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[defaults]\nconcurrency = "many"', 'defaults.concurrency must be a whole number, not "many"'),
        ("[defaults]\nconcurrency = true", "defaults.concurrency must be a whole number, not true"),
        ("[defaults]\nmax_cost = true", "defaults.max_cost must be a number, not true"),
        ('[defaults]\nmax_cost = "lots"', 'defaults.max_cost must be a number, not "lots"'),
        ("[defaults]\nallow_unpriced = 1", "defaults.allow_unpriced must be true or false, not 1"),
        ("[defaults]\ntier = 3", 'defaults.tier must be text, not 3: write it in quotes, "3"'),
        ("[defaults]\ntier = true", "defaults.tier must be text, not true"),
        ("[defaults]\nmax_failures = 20", 'defaults.max_failures must be text, not 20: write it in quotes, "20"'),
        ("defaults = 3", "defaults must be a table, not 3"),
        ('[tiers]\nsimple = "openai/x"', 'tiers.simple must be a list, not "openai/x": write ["openai/x"]'),
        (
            '[tiers]\nsimple = ["openai/x"]\nhigh = ["a/b", 3]',
            'tiers.high[1] must be text, not 3: write it in quotes, "3"',
        ),
        ('[models."a/b"]\nprice = { input = [1] }', 'models."a/b".price.input must be a number, not a list'),
        ('[chains.fine]\nsteps = ["a"]\n[chains.bad]\nsteps = 1', "chains.bad.steps must be a list, not 1"),
        ('[chains.bad]\nsignal = "auto"', "chains.bad.steps is missing"),
        (
            '[defaults]\ncompress = "losless"',
            'defaults.compress must be one of off, lossless, tidy, focus, dense, not "losless": did you mean lossless?',
        ),
    ],
)
def test_a_wrong_type_is_an_error_with_the_expected_type_and_the_value(tmp_path: Path, text: str, message: str) -> None:
    assert load_error(tmp_path, text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[defaults]\nconcurrency = 0", "defaults.concurrency must be a whole number >= 1, not 0"),
        ("[defaults]\nretries = -1", "defaults.retries must be a whole number >= 0, not -1"),
        ("[defaults]\ntimeout = 0", "defaults.timeout must be a number > 0.0, not 0"),
        ("[defaults]\nmin_confidence = 1.5", "defaults.min_confidence must be a number <= 1.0, not 1.5"),
        ("[defaults]\nmax_cost = nan", "max_cost NaN is not an amount of dollars"),
        ("[defaults]\nmax_cost = -1", "max_cost -1 is not an amount of dollars"),
        ('[defaults]\ncache_ttl = "90x"', "cache_ttl '90x' is not a duration"),
        ('[defaults]\nmax_failures = "some"', "max_failures 'some' is neither a number of rows nor a percentage"),
        ('[models."a/b"]\nprice = { input = -2 }', 'models."a/b": price.input -2 is not an amount of dollars'),
        (
            '[chains.c]\nsteps = ["simple"]\nmax_escalation = "250%"',
            "chains.c: max_escalation '250%' is not a percentage",
        ),
        ("[chains.c]\nsteps = []", "chains.c: steps is empty"),
        ("[tiers]\nsimple = []", "tiers.simple is empty"),
        ('[tiers]\nauto = ["a/b"]', "a tier cannot be called auto"),
        ('[models.gpt]\neffort = "low"', '[models."gpt"] does not name a provider'),
        ('[providers."a/b"]\nrpm = 3', "a provider cannot be called 'a/b'"),
        ('[[rules]]\ntier = "x"\nmodel = "y"', "rules[0]: a rule sends prompts to exactly one place"),
        ('[alerts]\nshare = [{ above = "40" }]', "alerts.share[0]: above '40' is not a percentage"),
    ],
)
def test_a_value_out_of_bounds_is_an_error_before_anything_runs(tmp_path: Path, text: str, message: str) -> None:
    assert load_error(tmp_path, text).startswith(message)


WRONG = ("true", "-1", "1e400", "nan", '"\\u0007"', '""', "[]", "[1, [2]]", "{ x = 1 }", "1979-05-27", "[{ x = [1] }]")
TABLES = {
    "[defaults]": Defaults, "[providers.mine]": ProviderTable, '[models."a/b"]': ModelTable,
    "[chains.mine]": ChainTable,
    "[[rules]]": RuleTable, "[shadow]": ShadowTable, "[batch]": BatchTable, "[alerts]": type(Config().alerts),
    "[shared]": type(Config().shared), "[sinks.mine]": None, "[tiers]": None, "": Config,
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_whatever_a_key_is_set_to_the_file_is_read_or_the_error_is_a_sentence(tmp_path: Path, table: str) -> None:
    file, schema, wrong = tmp_path / "config.toml", TABLES[table], 0
    for key in ("simple",) if schema is None else schema.__struct_fields__:
        for value in WRONG:
            file.write_text(f"{table}\n{key} = {value}\n", encoding="utf-8")
            try:
                load(env={}, cwd=tmp_path, paths=Paths(config=file, data=tmp_path), flags={})
            except ConfigError as error:
                wrong += str(error).startswith(str(file))

    assert wrong
