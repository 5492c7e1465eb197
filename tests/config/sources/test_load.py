from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.config.paths import Paths
from scrimp.config.schema import DESTINATIONS, Config, Defaults
from scrimp.config.sources.load import LoadedConfig, load
from scrimp.errors import ConfigError

# From the lowest to the highest: the highest layer that sets a value wins.
LAYERS = ("default", "user", "project", "environment", "flag")


class Project:
    def __init__(self, root: Path) -> None:
        self.home, self.cwd = root / "home", root / "project" / "deep" / "inside"
        self.home.mkdir(parents=True)
        self.cwd.mkdir(parents=True)
        self.paths = Paths(config=self.home / "config.toml", data=self.home)
        self.file = root / "project" / "scrimp.toml"

    def load(
        self,
        *,
        user: str | None = None,
        project: str | None = None,
        env: Mapping[str, str] | None = None,
        flags: Mapping[str, object] | None = None,
    ) -> LoadedConfig:
        if user is not None:
            self.paths.config.write_text(user, encoding="utf-8")
        if project is not None:
            self.file.write_text(project, encoding="utf-8")
        return load(env=env or {}, cwd=self.cwd, paths=self.paths, flags=flags or {})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_without_any_file_the_defaults_apply(project: Project) -> None:
    loaded = project.load()

    assert loaded.config == Config()
    assert not loaded.origins


@given(layers=st.sets(st.sampled_from(LAYERS[1:])))
def test_the_highest_layer_that_sets_a_value_wins_and_is_its_origin(layers: set[str]) -> None:
    with TemporaryDirectory() as root:
        project = Project(Path(root))
        loaded = project.load(
            user="[defaults]\nconcurrency = 1" if "user" in layers else None,
            project="[defaults]\nconcurrency = 2" if "project" in layers else None,
            env={"SCRIMP_CONCURRENCY": "3"} if "environment" in layers else {},
            flags={"concurrency": 4} if "flag" in layers else {},
        )
        highest = max((LAYERS.index(layer) for layer in layers), default=0)

        assert loaded.config.defaults.concurrency == (16, 1, 2, 3, 4)[highest]
        names = ("default", str(project.paths.config), str(project.file), "SCRIMP_CONCURRENCY", "flag")
        assert loaded.origin(("defaults", "concurrency")) == names[highest]


def test_tables_are_merged_and_lists_replaced(project: Project) -> None:
    loaded = project.load(
        user='[tiers]\nsimple = ["openai/a", "openai/b"]\nhigh = ["openai/c"]\n[models."openai/a"]\neffort = "low"',
        project='[tiers]\nsimple = ["openai/d"]\n[models."openai/a"]\nmax_output = 9',
    )

    assert loaded.config.tiers == {"simple": ("openai/d",), "high": ("openai/c",)}
    assert (loaded.config.models["openai/a"].effort, loaded.config.models["openai/a"].max_output) == ("low", 9)
    assert loaded.origins["tiers", "simple"] == str(project.file)
    assert loaded.origins["models", "openai/a", "effort"] == str(project.paths.config)


@pytest.mark.parametrize("name", DESTINATIONS)
def test_a_destination_in_a_higher_layer_unsets_the_others_below(project: Project, name: str) -> None:
    defaults = project.load(user='[defaults]\nchain = "careful"', env={f"SCRIMP_{name.upper()}": "x"}).config.defaults

    assert {key: getattr(defaults, key) for key in DESTINATIONS} == {
        "tier": None, "chain": None, "model": None, name: "x",
    }  # fmt: skip


def test_two_destinations_in_one_file_are_an_error(project: Project) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml: tier and model exclude each other"):
        project.load(user='[defaults]\ntier = "simple"\nmodel = "openai/x"')


def test_two_destinations_in_the_environment_are_an_error(project: Project) -> None:
    with pytest.raises(ConfigError, match="the environment: tier and chain exclude each other"):
        project.load(env={"SCRIMP_TIER": "simple", "SCRIMP_CHAIN": "careful"})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("tier", "simple", "simple"),
        ("chain", "careful", "careful"),
        ("model", "openai/x", "openai/x"),
        ("buy", "cheapest", "cheapest"),
        ("min_confidence", "0.5", 0.5),
        ("max_output", "800", 800),
        ("effort", "low", "low"),
        ("choices_text", "One of {choices}", "One of {choices}"),
        ("agreement", "false", False),
        ("compress", "off", "off"),
        ("cache", "only", "only"),
        ("cache_ttl", "30d", "30d"),
        ("provider_cache", "off", "off"),
        ("allow_unkept", "true", True),
        ("max_cost", "0.1", Decimal("0.1")),
        ("budget", "nightly", "nightly"),
        ("allow_unshared", "true", True),
        ("max_cost_per_row", "0.1", Decimal("0.1")),
        ("on_dear", "skip", "skip"),
        ("on_cliff", "tidy", "tidy"),
        ("allow_unpriced", "true", True),
        ("baseline", "openai/x", "openai/x"),
        ("concurrency", "8", 8),
        ("rpm", "600", 600),
        ("tpm", "90000", 90_000),
        ("retries", "0", 0),
        ("timeout", "1.5", 1.5),
        ("max_failures", "5%", "5%"),
        ("order", "completion", "completion"),
        ("color", "never", "never"),
        ("progress", "lines", "lines"),
    ],
)
def test_every_default_has_a_variable(project: Project, name: str, text: str, value: object) -> None:
    loaded = project.load(env={f"SCRIMP_{name.upper()}": text})

    assert getattr(loaded.config.defaults, name) == value
    assert loaded.origins["defaults", name] == f"SCRIMP_{name.upper()}"


def test_the_test_above_covers_all_defaults() -> None:
    cases = test_every_default_has_a_variable.pytestmark[0].args[1]

    assert tuple(case[0] for case in cases) == Defaults.__struct_fields__


def test_money_in_a_file_keeps_its_digits(project: Project) -> None:
    loaded = project.load(user='[defaults]\nmax_cost = 0.1\n[models."a/b"]\nprice = { input = 0.07, output = 1 }')

    price = loaded.config.models["a/b"].price
    assert loaded.config.defaults.max_cost == Decimal("0.1")
    assert price is not None
    assert (price.input, price.output) == (Decimal("0.07"), Decimal(1))


def test_the_nearest_project_file_is_used(project: Project) -> None:
    (project.cwd.parent / "scrimp.toml").write_text('[defaults]\ntier = "high"', encoding="utf-8")

    assert project.load(project='[defaults]\ntier = "simple"').config.defaults.tier == "high"


def test_without_a_file_no_toml_parser_is_loaded(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from scrimp.config.sources.load import load; from scrimp.config.paths import paths_of\n"
        "load(env={}, cwd=Path(sys.argv[1]), paths=paths_of({'SCRIMP_HOME': sys.argv[1]}), flags={})\n"
        "print([m for m in ('tomllib', 'platformdirs', 'difflib', 'subprocess', 'scrimp.providers.presets') "
        "if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
