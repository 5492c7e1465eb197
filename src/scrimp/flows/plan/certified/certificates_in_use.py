"""The certificates that a run goes by: those of `scrimp tune apply`, opened where there are any."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.resolved.tuned_routes import TunedRoute
    from scrimp.flows.plan.certified.certified_levels import CertifiedLevels
    from scrimp.flows.plan.certified.certified_routes import CertifiedRoutes
    from scrimp.flows.plan.run_options import RunOptions


class CertificatesInUse:
    """The certified routes and levels of a run, and which of them its rows have taken."""

    def __init__(self, path: Path, *, warn: Callable[[str], None], alert: Callable[[str], None]) -> None:
        """`path` is the file of certificates; `alert` is called with one that no longer holds."""
        self._path, self._warn, self._alert = path, warn, alert
        self._routes: CertifiedRoutes | None = None
        self._levels: CertifiedLevels | None = None

    def routes(self, options: RunOptions, routes: Routes) -> CertifiedRoutes | None:
        """Return the certified routes, where there are any."""
        if not self._path.exists():
            return None
        from scrimp.config.resolved.tuned_routes import load_tuned  # only with certified routes
        from scrimp.flows.plan.certified.certified_routes import CertifiedRoutes

        if tuned := load_tuned(self._path):
            self._routes = CertifiedRoutes(
                tuned, routes, name=options.labels.task_name, warn=self._warn, parameters=options.parameters,
                path=self._path, alert=self._alert,
            )  # fmt: skip
            return self._routes
        return None

    def levels(self, options: RunOptions, routes: Routes) -> CertifiedLevels | None:
        """Return the certified levels of compression, where there are any."""
        if not self._path.exists():
            return None
        from scrimp.config.resolved.tuned_routes import load_levels  # only with certified levels
        from scrimp.flows.plan.certified.certified_levels import CertifiedLevels

        if tuned := load_levels(self._path):
            self._levels = CertifiedLevels(
                tuned, routes, name=options.labels.task_name, warn=self._warn, parameters=options.parameters,
                path=self._path, alert=self._alert,
            )  # fmt: skip
            return self._levels
        return None

    @property
    def unrecognized_rows(self) -> str:
        """A sentence on rows that stayed with the flagship, since their task is not certified; empty without any."""
        return "" if self._routes is None else self._routes.unrecognized

    @property
    def tasks(self) -> Collection[str]:
        """The tasks whose certified routes were taken so far."""
        return () if self._routes is None else self._routes.tasks

    @property
    def by_name(self) -> Mapping[str, TunedRoute]:
        """The certified routes that were taken so far, by their name in the ledger."""
        return {} if self._routes is None else self._routes.certificates

    def redirected(self, task: str, model: str, answered_by: str) -> None:
        """Note that the model of a certificate was answered by another one: the certificate is void."""
        if self._routes is not None:
            self._routes.redirected(task, model, answered_by)
        if self._levels is not None:
            self._levels.redirected(task, model, answered_by)
