"""Flags that commands share, as structs: a command names a group, or groups of them, whose fields become its flags."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from copy import copy
from functools import wraps
from importlib import import_module
from types import ModuleType
from typing import Annotated, get_args, get_type_hints

from typer.models import OptionInfo

from scrimp.cli.flags import options
from scrimp.cli.flags.flag_group import FlagGroup, GroupsOfFlags


class _Declarations(dict[str, ModuleType]):
    """The modules of declarations, by the names that groups of flags use: imported when first named."""

    def __missing__(self, name: str) -> ModuleType:
        if name not in ("reading", "answering", "spending", "calling", "writing"):
            raise KeyError(name)
        self[name] = import_module(f"{options.__name__}.{name}")
        return self[name]


_DECLARATIONS = _Declarations()


def grouped(
    *, hidden: Collection[type[FlagGroup]] = (), defaults: Mapping[str, object] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a command the flags of the FlagGroups among its parameters, in their place.

    A parameter may be several groups, as GroupsOfFlags.

    The flags of `hidden` groups are accepted and not shown in the help; `defaults` replace those of single flags.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(command, include_extras=True)
        parameters: list[inspect.Parameter] = []
        groups: dict[str, type[FlagGroup]] = {}
        several: dict[str, type[GroupsOfFlags]] = {}
        for parameter in inspect.signature(command).parameters.values():
            annotation = hints[parameter.name]
            named: dict[str, type[FlagGroup]] = {}
            if isinstance(annotation, type) and issubclass(annotation, GroupsOfFlags):
                several[parameter.name], named = annotation, get_type_hints(annotation)
            elif isinstance(annotation, type) and issubclass(annotation, FlagGroup):
                named = {parameter.name: annotation}
            else:
                parameters.append(parameter.replace(annotation=annotation, kind=inspect.Parameter.KEYWORD_ONLY))
            for group in named.values():
                parameters += _flags(group, defaults or {}, hidden=group in hidden)
            groups |= named

        @wraps(command)
        def run_command(**given: object) -> None:
            built = {
                name: group(**{field: given.pop(field) for field in group.__struct_fields__})
                for name, group in groups.items()
            }
            together = {
                name: kind(**{field: built.pop(field) for field in kind.__struct_fields__})
                for name, kind in several.items()
            }
            command(**given, **built, **together)

        run_command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
        run_command.__annotations__ = {each.name: each.annotation for each in parameters}
        return run_command

    return decorate


def _flags(group: type[FlagGroup], defaults: Mapping[str, object], *, hidden: bool) -> list[inspect.Parameter]:
    hints = get_type_hints(group, localns=_DECLARATIONS, include_extras=True)
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=defaults.get(name, default),
            annotation=_hidden(hints[name]) if hidden else hints[name],
        )
        for name, default in group.defaults().items()
    ]


def _hidden(annotation: object) -> object:
    kind, info = get_args(annotation)  # of an Annotated type
    info = copy(info)
    if isinstance(info, OptionInfo):
        info.hidden = True
    return Annotated[kind, info]
