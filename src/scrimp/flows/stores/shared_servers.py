"""What every server of [shared] needs before it is opened: its client, and a name that reveals no secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scrimp.config.shared_tables import secrets_of, shown_address
from scrimp.errors import ConfigError
from scrimp.shared.connection import has_redis

if TYPE_CHECKING:
    from scrimp.config.resolved.api_keys import KeyRing

_SHORTEST = 8  # characters; a shorter password may be an ordinary word, and is replaced in no completion


def server_name(key: str, address: str, keys: KeyRing, installed: Callable[[], bool] = has_redis) -> str:
    """Return the name to show for a server of [shared], and hide its password; ConfigError without the client."""
    if not installed():
        raise ConfigError(f"[shared] {key} needs the client of Redis: pip install 'scrimp[redis]', or leave out {key}")
    name = shown_address(address)
    for number, secret in enumerate(secrets_of(address)):
        if len(secret) >= _SHORTEST:
            keys.hide(f"password {number} of {name}", secret)
    return name
