"""The layers laid over each other: flags over environment over project file over user file over defaults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from scrimp.config.layers import Tree, convert, environment_layer, file_layer, leaves, overlay
from scrimp.config.paths import Paths
from scrimp.config.schema import Config
from scrimp.config.trust import require_trust

PROJECT_FILE = "scrimp.toml"


class Loaded(Struct, frozen=True):
    """The config in force, and for each value that is no default where it comes from."""

    config: Config
    origins: Mapping[tuple[str, ...], str]
    values: Mapping[tuple[str, ...], object]


def load(*, env: Mapping[str, str], cwd: Path, paths: Paths, flags: Mapping[str, object]) -> Loaded:
    """Return what flags, environment and files add up to."""
    tree: Tree = {}
    origins: dict[tuple[str, ...], str] = {}
    for origin, layer in _layers(env, cwd, paths, flags):
        tree = overlay(tree, layer)
        for path, _ in leaves(layer):
            origins[path] = f"{_variable(path)}" if origin == "environment" else origin
    return Loaded(convert(tree, "the configuration"), origins, dict(leaves(tree)))


def _layers(
    env: Mapping[str, str], cwd: Path, paths: Paths, flags: Mapping[str, object]
) -> list[tuple[str, Mapping[str, object]]]:
    user = file_layer(paths.config)
    layers: list[tuple[str, Mapping[str, object]]] = [(str(paths.config), user)]
    if project := project_file(cwd):
        tree = file_layer(project)
        require_trust(project, tree, paths.trust)
        layers.append((str(project), tree))
    layers.append(("environment", environment_layer(env)))
    if flags:
        layers.append(("flag", _one_route({"defaults": dict(flags)})))
    return layers


def _one_route(layer: Mapping[str, Tree]) -> Mapping[str, Tree]:
    """A route asked for by flag replaces one of another kind from below: --tier does not argue with a default model."""
    defaults = layer["defaults"]
    if any(name in defaults for name in ("tier", "chain", "model")):
        defaults = {"tier": None, "chain": None, "model": None} | defaults
    return {"defaults": defaults}


def project_file(cwd: Path) -> Path | None:
    """Return the nearest scrimp.toml, from here upwards."""
    for directory in (cwd, *cwd.parents):
        candidate = directory / PROJECT_FILE
        if candidate.is_file():
            return candidate
    return None


def _variable(path: tuple[str, ...]) -> str:
    return "SCRIMP_" + path[-1].upper()
