"""The bases of groups of flags; what makes flags of them for a command (`flag_groups`) is loaded with typer alone."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class FlagGroup(Struct, frozen=True, kw_only=True):
    """The base of groups; a field's annotation is the flag's declaration (see `options`), its default the flag's."""

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Return the default of each field, without a look at their declarations."""
        return dict(zip(cls.__struct_fields__, cls.__struct_defaults__, strict=True))


class GroupsOfFlags(Struct, frozen=True, kw_only=True):
    """The base of all the groups of a command; each field is a group."""
