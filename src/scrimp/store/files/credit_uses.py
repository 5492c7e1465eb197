"""What runs of this home use of providers' credits at this moment: a file for each run, locked while it lives.

The ledger has a call once its entry is appended. Until then this tells of it, and of what is kept for calls in flight.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import ROUND_UP, Decimal
from pathlib import Path

import msgspec

from scrimp.store.database import make_private_folder, store_errors
from scrimp.store.files.process_lock import try_lock

_SUFFIX = ".use"
# What is paid and kept, in nanodollars.
_USE = struct.Struct("@qq")
_NANO = Decimal(1_000_000_000)
_MOST = 2**62
_LONGEST = 1 << 20  # bytes of a file


class CreditUseFile:
    """The file of a run. It is not mapped into memory: a full disk, or a file cut short, would end the process."""

    def __init__(self, folder: Path, run: str, providers: Sequence[str]) -> None:
        """Make the file, which says whose it is and of which providers."""
        self._path = folder / f"{run}{_SUFFIX}"
        names = msgspec.json.encode(providers) + b"\n"
        names = names.rjust(-(-len(names) // _USE.size) * _USE.size)
        self._places = {name: len(names) + number * _USE.size for number, name in enumerate(providers)}
        with store_errors(self._path):
            make_private_folder(folder)
            # Locked before it has its final name: another run would take an unlocked file for that of a dead one.
            temporary = self._path.with_suffix(".new")
            self._descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            content = names + bytes(_USE.size * len(providers))
            if os.write(self._descriptor, content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            temporary.rename(self._path)

    def tell(self, provider: str, paid: Decimal, kept: Decimal) -> None:
        """Record what the run has paid for calls so far, and reserves for others, in dollars."""
        with store_errors(self._path):
            os.pwrite(self._descriptor, _USE.pack(_nano(paid), _nano(kept)), self._places[provider])

    def close(self) -> None:
        """Remove the file, as the ledger has all that the run has used; then tell those who have it open of nothing."""
        with suppress(OSError):  # one that is left counts as that of a dead run
            self._path.unlink(missing_ok=True)
            for place in self._places.values():
                os.pwrite(self._descriptor, _USE.pack(0, 0), place)
        os.close(self._descriptor)


class OtherUse:
    """What another run uses, as it reports; its last report stays, should it die."""

    def __init__(self, descriptor: int, run: str) -> None:
        """Raise ValueError for a file that is not whole."""
        self.run, self._descriptor = run, descriptor
        content = os.pread(descriptor, _LONGEST, 0)
        begin = content.find(b"\n") + 1
        providers = msgspec.json.decode(content[:begin], type=list[str])
        self._places = {name: begin + number * _USE.size for number, name in enumerate(providers)}
        if len(content) != begin + len(providers) * _USE.size:
            raise ValueError

    def of(self, provider: str) -> Decimal:
        """Return the dollars of a credit that the run has paid so far, and those that it keeps."""
        if (place := self._places.get(provider)) is None:
            return Decimal(0)
        use = os.pread(self._descriptor, _USE.size, place)
        return Decimal(sum(_USE.unpack(use)) if len(use) == _USE.size else 0) / _NANO

    @property
    def is_over(self) -> bool:
        """Whether it uses nothing of any credit; of a run that has ended the ledger has all."""
        return not any(map(self.of, self._places))

    @property
    def is_dead(self) -> bool:
        """Whether the file was closed."""
        return try_lock(self._descriptor)

    def close(self) -> None:
        """Look no more."""
        os.close(self._descriptor)


class OtherUses:
    """The other runs of this home that live, or died while this one looked on."""

    def __init__(self, folder: Path, run: str) -> None:
        self._folder, self._own = folder, f"{run}{_SUFFIX}"
        self._listed = list[str]()
        self._uses: dict[str, OtherUse] = {}

    def __iter__(self) -> Iterator[OtherUse]:
        """Give each of them."""
        return iter(self._uses.values())

    @property
    def came_or_went(self) -> bool:
        """Whether a run has begun or ended since the last look."""
        try:
            return self._names() != self._listed
        except OSError:  # a look tells why
            return True

    def look(self) -> list[OtherUse]:
        """Look for runs, and return those that began. The file of one that died is removed; what it told counts on."""
        with store_errors(self._folder):
            self._listed = self._names()
            names = {name for name in self._listed if name.endswith(_SUFFIX)} - {self._own}
            began = {name: use for name in names - self._uses.keys() if (use := self._opened(name)) is not None}
            self._uses |= began
            for name in self._uses.keys() - names:  # those of a dead run that told of a use stay
                if self._uses[name].is_over:
                    self._uses.pop(name).close()
            for name in names & self._uses.keys():
                if self._uses[name].is_dead:
                    (self._folder / name).unlink(missing_ok=True)
        return list(began.values())

    def _names(self) -> list[str]:
        """Return the names in the folder: its time of change is too coarse."""
        try:
            return os.listdir(self._folder)  # noqa: PTH208 -- names are all that is needed, at each call
        except FileNotFoundError:  # no run has ever used a credit
            return []

    def _opened(self, name: str) -> OtherUse | None:
        try:
            descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:  # it has just ended
            return None
        try:
            return OtherUse(descriptor, name.removesuffix(_SUFFIX))
        except ValueError:  # damaged: what it is of cannot be known
            os.close(descriptor)
            return None

    def close(self) -> None:
        """Stop watching runs."""
        for use in self:
            use.close()
        self._uses.clear()


def _nano(dollars: Decimal) -> int:
    return min(int((dollars * _NANO).to_integral_value(ROUND_UP)), _MOST)
