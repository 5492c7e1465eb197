"""A Lua script that runs on the server, whole and alone: nothing changes what it reads before it writes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from redis import Redis


class Script:
    """A script that the server knows by its hash, once it was sent; a server that was restarted gets it again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._hash = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def run(self, client: Redis, keys: Sequence[str | bytes], args: Sequence[str | int]) -> list[str]:
        """Run the script; return its list of texts and whole numbers, all as texts; nil becomes an empty list.

        What others have put there may be no text, and is not taken for what anyone of us wrote.
        """
        from redis.exceptions import NoScriptError  # loaded with the client

        texts = (*keys, *map(str, args))
        try:
            reply = client.evalsha(self._hash, len(keys), *texts)
        except NoScriptError:
            reply = client.eval(self._text, len(keys), *texts)
        brought = cast("list[bytes | int] | None", reply) or ()
        return [each.decode(errors="replace") if isinstance(each, bytes) else str(each) for each in brought]
