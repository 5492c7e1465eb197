"""The last conversation of `scrimp ask`, which `--continue` goes on with: one private file, replaced as a whole.

A file and not a table: every `ask` writes it, even one that the cache answers, and must not wait for a disk or for a
lock that a large run may hold. Nothing older is kept: texts people asked about should not pile up unseen.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.errors import StoreError, StoreUnwritableError
from scrimp.store.files.private_file import replace_private_file
from scrimp.values import Message, ToldText

_REMEDY = "run `scrimp cache rm conversation` to begin a new one"


class Conversation(Struct, frozen=True, kw_only=True):
    """What was said, oldest first: each prompt as it was given, followed by its completion."""

    v: int = 1
    system: str | None = None
    turns: tuple[Message, ...] = ()

    def with_turn(self, prompt: ToldText, completion: str) -> Conversation:
        """Return it with one more prompt and its completion."""
        added = (Message("user", prompt.text, prompt.told), Message("assistant", completion))
        return Conversation(system=self.system, turns=(*self.turns, *added))


def read_conversation(path: Path) -> Conversation | None:
    """Return the last conversation, None if there is none; StoreError if it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Conversation)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}): make it readable, or {_REMEDY}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} is not a conversation of this scrimp ({error}): {_REMEDY}") from error


def write_conversation(path: Path, conversation: Conversation) -> None:
    """Replace the last conversation; StoreUnwritableError where that cannot be.

    One that says the same is not written again, only dated again: a rename can wait for a busy disk.
    """
    data = msgspec.json.encode(conversation)
    with suppress(OSError):  # it is not there, or cannot be read or dated: it is replaced
        if path.read_bytes() == data:
            os.utime(path)
            return
    replace_private_file(path, data, synced=False)


def remove_conversation(path: Path, *, before: float | None = None) -> bool:
    """Remove the last conversation, where it is older than a moment if one is given; return whether it was there."""
    try:
        if before is not None and path.stat().st_mtime >= before:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreUnwritableError(f"{path} cannot be removed ({error.strerror}): remove it by hand") from error
    return True
