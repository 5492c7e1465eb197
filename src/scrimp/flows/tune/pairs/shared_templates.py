"""Templates that no longer tell a certified task, since the user collects another task with the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import load_levels, load_tuned, update_levels, update_tuned

if TYPE_CHECKING:
    from scrimp.flows.services import Services


def forget_shared_templates(services: Services, tasks: Collection[str], templates: Collection[str]) -> set[str]:
    """Make the certified tasks that have a template of these other, named tasks be found by their name alone.

    Return those tasks; ConfigError if the file cannot be written.
    """
    path = services.paths.tuned
    routes, levels = load_tuned(path), load_levels(path)
    found = [(each.signature, each.template) for each in routes] + [(each.signature, each.template) for each in levels]
    shared = {task for task, template in found if template in templates and task not in tasks}
    if shared:
        update_tuned(path, [replace(each, template="") if each.signature in shared else each for each in routes])
        update_levels(path, [replace(each, template="") if each.signature in shared else each for each in levels])
    return shared
