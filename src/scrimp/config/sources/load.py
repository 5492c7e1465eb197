"""The layers merged: flags over environment over project file over user file over the vendors' variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from scrimp.config.paths import Paths
from scrimp.config.schema import DESTINATIONS, Config
from scrimp.config.sources.layers import (
    CUSTOM_HEADERS,
    VENDOR_VARIABLES,
    Tree,
    deep_merge,
    environment_layer,
    file_content,
    file_layer,
    flags_layer,
    leaves,
    to_config,
    variable_name,
)
from scrimp.config.sources.trust import require_trust

PROJECT_FILE = "scrimp.toml"
FLAG, ENVIRONMENT, DEFAULT = "flag", "environment", "default"


class LoadedConfig(Struct, frozen=True):
    """The config in force, and the origin of each value that is not a default."""

    config: Config
    origins: Mapping[tuple[str, ...], str]  # "flag", "SCRIMP_TIER", or the path of a file
    values: Mapping[tuple[str, ...], object]

    def origin(self, path: tuple[str, ...]) -> str:
        """Return the origin of the value at a key path."""
        return self.origins.get(path, DEFAULT)


def load(*, env: Mapping[str, str], cwd: Path | None, paths: Paths, flags: Mapping[str, object]) -> LoadedConfig:
    """Return the merged configuration of flags, environment and files."""
    tree: Tree = {}
    origins: dict[tuple[str, ...], str] = {}
    for origin, layer in _layers(env, cwd, paths, flags):
        tree = deep_merge(tree, layer)
        for path, _ in leaves(layer):
            origins[path] = _variable_that_set(path, env) if origin == ENVIRONMENT else origin
    config = to_config(tree, "the configuration") if tree else Config()
    return LoadedConfig(config, origins, dict(leaves(tree)))


def _layers(
    env: Mapping[str, str], cwd: Path | None, paths: Paths, flags: Mapping[str, object]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    if any(map(env.get, VENDOR_VARIABLES)):
        from scrimp.config.sources.vendor_variables import vendor_layers  # most set none

        yield from vendor_layers(env)
    own = file_layer(paths.config, file_content(paths.config))
    yield str(paths.config), own
    if (project := project_file(cwd)) and (content := file_content(project)) is not None:
        tree = file_layer(project, content)
        require_trust(project, content, tree, own, paths.trust)
        yield str(project), tree
    yield ENVIRONMENT, environment_layer(env)
    yield FLAG, flags_layer(flags)


def current_directory() -> Path | None:
    """Return the working directory, None if it was deleted: then there is no project either."""
    try:
        return Path.cwd()
    except OSError:
        return None


def project_file(cwd: Path | None) -> Path | None:
    """Return the nearest scrimp.toml, in `cwd` or above."""
    if cwd is None:
        return None
    for directory in (cwd, *cwd.parents):
        candidate = directory / PROJECT_FILE
        try:
            if candidate.is_file():
                return candidate
        except PermissionError:  # a directory we cannot read holds no project of ours
            continue
    return None


def custom_header_names(origins: Mapping[tuple[str, ...], str]) -> set[str]:
    """Return the names, in lower case, of headers whose values come from a variable that may hold secrets."""
    return {path[-1].lower() for path, origin in origins.items() if origin in CUSTOM_HEADERS}


def _variable_that_set(path: tuple[str, ...], env: Mapping[str, str]) -> str:
    """Return the variable that set a default; tier, chain and model are also unset by the variable of another one."""
    candidates = map(variable_name, (path[-1], *DESTINATIONS))
    return next(variable for variable in candidates if env.get(variable))
