"""A shared server that failed is asked again a second later, however long a slow machine took to see it fail."""

from __future__ import annotations


def prepare() -> None:
    """Set for how long such a server is left alone."""
    from scrimp.shared import connection  # imported by the process that is forked

    connection._LONGEST_WINDOW = connection._SHORTEST_WINDOW
