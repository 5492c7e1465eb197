from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from scrimp.config.paths import Paths
from scrimp.config.schema import Config, Defaults
from scrimp.config.sources.load import load
from scrimp.config.template import TEMPLATE
from scrimp.providers.presets import PRESETS

_COMMENTED = re.compile(r"^# (?=\[|\w+ = )", re.MULTILINE)
# Only one route may be set, so two of them stay in comments.
UNCOMMENTED = re.sub(r"^(?=chain = |model = )", "# ", _COMMENTED.sub("", TEMPLATE), count=2, flags=re.MULTILINE)


def test_the_template_changes_nothing_until_it_is_edited(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(TEMPLATE, encoding="utf-8")

    loaded = load(env={}, cwd=tmp_path, paths=Paths(config=file, data=tmp_path), flags={})

    assert loaded.config == Config()


def test_every_line_can_be_uncommented() -> None:
    config = msgspec.convert(tomllib.loads(UNCOMMENTED), Config)

    assert config.chains["careful"].steps == ("simple", "medium", "high")
    assert config.providers["work-gateway"].rpm == 3000
    assert config.alerts.spend


def test_the_template_shows_every_default() -> None:
    section = TEMPLATE.partition("[defaults]")[2].partition("\n[")[0]
    named = set(re.findall(r"^# (\w+) = ", section, re.MULTILINE))
    shown = msgspec.convert(tomllib.loads(UNCOMMENTED), Config).defaults

    assert set(Defaults.__struct_fields__) <= named
    for name in Defaults.__struct_fields__:
        if (value := getattr(Defaults(), name)) is not None:
            assert getattr(shown, name) == value, name


def test_the_template_names_every_preset() -> None:
    names = TEMPLATE.partition("# Providers known by name")[2].partition("[providers")[0]

    assert [name for name in PRESETS if not re.search(rf"(?<![\w-]){name}(?![\w-])", names)] == []
