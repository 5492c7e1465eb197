"""The layers laid over each other: flags over environment over project file over user file over defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from scrimp.config.layers import Tree, deep_merge, environment_layer, file_layer, flags_layer, leaves, to_config
from scrimp.config.paths import Paths
from scrimp.config.schema import Config
from scrimp.config.trust import require_trust

PROJECT_FILE = "scrimp.toml"
FLAG, ENVIRONMENT, DEFAULT = "flag", "environment", "default"


class LoadedConfig(Struct, frozen=True):
    """The config in force, and for each value that is no default where it comes from."""

    config: Config
    origins: Mapping[tuple[str, ...], str]  # "flag", "SCRIMP_TIER", or the path of a file
    values: Mapping[tuple[str, ...], object]

    def origin(self, path: tuple[str, ...]) -> str:
        """Return where a value comes from."""
        return self.origins.get(path, DEFAULT)


def load(*, env: Mapping[str, str], cwd: Path, paths: Paths, flags: Mapping[str, object]) -> LoadedConfig:
    """Return what flags, environment and files add up to."""
    tree: Tree = {}
    origins: dict[tuple[str, ...], str] = {}
    for origin, layer in _layers(env, cwd, paths, flags):
        tree = deep_merge(tree, layer)
        for path, _ in leaves(layer):
            origins[path] = _variable_that_set(path, env) if origin == ENVIRONMENT else origin
    config = to_config(tree, "the configuration") if tree else Config()
    return LoadedConfig(config, origins, dict(leaves(tree)))


def _layers(
    env: Mapping[str, str], cwd: Path, paths: Paths, flags: Mapping[str, object]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    yield str(paths.config), file_layer(paths.config)
    if project := project_file(cwd):
        tree = file_layer(project)
        require_trust(project, tree, paths.trust)
        yield str(project), tree
    yield ENVIRONMENT, environment_layer(env)
    yield FLAG, flags_layer(flags)


def project_file(cwd: Path) -> Path | None:
    """Return the nearest scrimp.toml, from here upwards."""
    for directory in (cwd, *cwd.parents):
        candidate = directory / PROJECT_FILE
        try:
            if candidate.is_file():
                return candidate
        except PermissionError:  # a directory above that is closed to us holds nothing of ours
            continue
    return None


def _variable_that_set(path: tuple[str, ...], env: Mapping[str, str]) -> str:
    """Return the variable a default was set by; a route of another kind is unset by the one that is set."""
    name = f"SCRIMP_{path[-1].upper()}"
    if env.get(name):
        return name
    return next(other for other in ("SCRIMP_TIER", "SCRIMP_CHAIN", "SCRIMP_MODEL") if env.get(other))
