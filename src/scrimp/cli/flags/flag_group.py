"""The bases of groups of flags; what makes flags of them for a command (`flag_groups`) is loaded with typer alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, get_type_hints

from msgspec import Struct


class FlagGroup(Struct, frozen=True, kw_only=True):
    """The base of groups; a field's annotation is the flag's declaration (see `options`), its default the flag's."""

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Return the default of each field, without a look at their declarations."""
        return dict(zip(cls.__struct_fields__, cls.__struct_defaults__, strict=True))


class GroupsOfFlags(Struct, frozen=True, kw_only=True):
    """The base of all the groups of a command; each field is a group."""

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Self:
        """Return the groups with these values of their fields, and the defaults of the others."""
        return cls(**{
            name: group(**{field: given[field] for field in group.__struct_fields__ if field in given})
            for name, group in get_type_hints(cls).items()
        })  # fmt: skip

    @property
    def recorded(self) -> tuple[FlagGroup, ...]:
        """The groups that a record of the calls has: all but `look`, with which nothing is called."""
        return tuple(getattr(self, name) for name in self.__struct_fields__ if name != "look")
