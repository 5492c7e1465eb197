from __future__ import annotations

import os
import pwd
import sys
from importlib import resources
from pathlib import Path

import platformdirs
import pytest

from scrimp.config.paths import Paths, ensure_private_dir, paths_of
from scrimp.errors import ConfigError


def test_one_variable_moves_everything(tmp_path: Path) -> None:
    paths = paths_of({"SCRIMP_HOME": str(tmp_path), "XDG_DATA_HOME": "/elsewhere"})

    files = (paths.config, paths.cache_db, paths.ledger_db, paths.tuned, paths.trust, paths.prices)
    assert {file.parent for file in files} == {tmp_path}


def test_all_that_is_kept_is_in_the_manual(tmp_path: Path) -> None:
    page = resources.files("scrimp").joinpath("manual", "scrimp-security.7.md").read_text()
    paths = paths_of({"SCRIMP_HOME": str(tmp_path)})
    kept = {getattr(paths, name).name for name, member in vars(Paths).items() if isinstance(member, property)}

    assert len(kept) > 15
    assert {name for name in kept if f"`{name}`" not in page and f"`{name}/`" not in page} == set()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs itself chooses the paths")
@pytest.mark.parametrize("variables", [{}, {"XDG_DATA_HOME": "/a/data", "XDG_CONFIG_HOME": "/a/config"}])
def test_on_linux_the_paths_are_those_of_platformdirs(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in {"HOME": "/home/ada", **variables}.items():
        monkeypatch.setenv(variable, value)

    paths = paths_of({"HOME": "/home/ada", **variables}, "linux")

    assert paths.config == platformdirs.user_config_path("scrimp") / "config.toml"
    assert paths.data == platformdirs.user_data_path("scrimp")


def test_elsewhere_platformdirs_chooses_the_paths() -> None:
    paths = paths_of({}, "another")

    assert paths.data == platformdirs.user_data_path("scrimp", appauthor=False)


def test_completions_are_not_in_a_cache_directory() -> None:
    paths = paths_of({"HOME": "/home/ada"}, "linux")

    assert paths.cache_db == Path("/home/ada/.local/share/scrimp/cache.db")


def test_a_private_directory_is_closed_to_others(tmp_path: Path) -> None:
    ensure_private_dir(tmp_path / "state")
    ensure_private_dir(tmp_path / "state")

    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_directory_that_cannot_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(ConfigError, match="cannot be created"):
        ensure_private_dir(tmp_path / "file" / "state")


@pytest.mark.parametrize("env", [{}, {"HOME": ""}])
def test_without_home_the_directory_of_the_user_is_taken(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "")  # the variables of the process are not asked
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)

    assert paths_of(env, "linux").data == home / ".local/share/scrimp"
