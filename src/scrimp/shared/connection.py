"""A Redis or Valkey server that many processes share: asked with little patience, left alone for a while when down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from scrimp.errors import ConfigError, ServerDownError, ServerRefusedError
from scrimp.shared.breaker import Breaker

if TYPE_CHECKING:
    from redis import Redis

_T = TypeVar("_T")

# Seconds for one answer; and how many times as long as it took to fail a server is left alone, at least a second. So
# one that is slow takes at most a twentieth of the time, and one that is being restarted is soon asked again.
TIMEOUT = 0.5
_WINDOW = 20
_SHORTEST_WINDOW, _LONGEST_WINDOW = 1.0, 300.0  # the longest: this process may have been stopped meanwhile
# Numbers of OpenSSL: a certificate signed by itself, an authority that is, and one that is not known.
_UNKNOWN_AUTHORITY = (18, 19, 20)


def has_redis() -> bool:
    """Return whether the client of the extra `redis` is installed."""
    return find_spec("redis") is not None


class SharedServer:
    """One server, for all threads of a process; it connects when it is first asked."""

    def __init__(
        self, url: str, *, name: str, warn: Callable[[str], None], meanwhile: str, timeout: float = TIMEOUT,
        window: float | None = None, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`name` is shown in place of the address, which may contain secrets.

        The first time that it does not answer, `warn` gets a sentence that ends with what holds `meanwhile`: always in
        the thread that made this object, once that asks or closes. A `window` is for how many seconds it is left alone
        then, instead of as many as it deserves.
        """
        self.name, self.timeout = name, timeout
        self._window = window
        self.window = self._left_alone(timeout)
        self._warn, self._meanwhile = warn, meanwhile
        self._client = _client(url, name, timeout)
        self._clock = clock
        self._breaker = Breaker(self.window, clock)
        self._owner = threading.get_ident()
        # How often it has not answered; and how often its connection broke, so that it may have lost all it had.
        self.outages = self.breaks = 0
        self._untold: list[str] = []
        self._told: set[type[Exception]] = set()

    def _left_alone(self, seconds: float) -> float:
        """Return for how long to leave a server alone that took so long to fail: finding its name may take longest."""
        deserved = min(max(_WINDOW * seconds, _SHORTEST_WINDOW), _LONGEST_WINDOW)
        return deserved if self._window is None else self._window

    @property
    def is_down(self) -> bool:
        """Whether it would not be asked now."""
        return self._breaker.is_open

    def ask(self, request: Callable[[Redis], _T]) -> _T:
        """Return the result of a function of the client, which may be called twice if a connection breaks.

        Raise ServerDownError if the server does not answer in time, or did not lately; ServerRefusedError where it
        answers that it will not do this.
        """
        self._tell()
        if not self._breaker.admits():
            raise ServerDownError(f"{self.name} did not answer lately")
        from redis.exceptions import RedisError, ResponseError  # loaded with the client
        from redis.exceptions import TimeoutError as LateReplyError

        began = self._clock()
        try:
            result = request(self._client)
        except ResponseError as error:
            self._breaker.close()  # it answers
            raise self._reported(ServerRefusedError(f"{self.name} refuses a request ({error})")) from error
        except (RedisError, OSError) as error:
            self.outages += 1
            self.breaks += not isinstance(error, LateReplyError)
            self._breaker.open(self._left_alone(self._clock() - began))
            raise self._reported(ServerDownError(f"{self.name} {_reason(error, self.timeout)}")) from error
        except BaseException:
            self._breaker.open()  # of what was admitted nothing is known, and another one must be
            raise
        self._breaker.close()
        return result

    def close(self) -> None:
        """Close the connections, and say what was not said yet."""
        self._tell()
        self._client.close()

    def _reported(self, error: ServerDownError | ServerRefusedError) -> Exception:
        """Report the first error of each kind: the others say the same."""
        if type(error) not in self._told:
            self._told.add(type(error))
            self._untold.append(f"{error}: {self._meanwhile}")
            self._tell()
        return error

    def _tell(self) -> None:
        while self._untold and threading.get_ident() == self._owner:
            self._warn(self._untold.pop(0))


def _client(url: str, name: str, timeout: float) -> Redis:
    from redis import ConnectionPool, Redis  # takes longer to import than a lookup in a local cache
    from redis.backoff import NoBackoff
    from redis.connection import parse_url
    from redis.exceptions import ConnectionError as BrokenConnection
    from redis.retry import Retry

    own: dict[str, Any] = {
        "socket_timeout": timeout, "socket_connect_timeout": timeout,
        # A connection that a server has closed since is opened again at once; what takes too long is not repeated.
        "retry": Retry(NoBackoff(), 1, supported_errors=(BrokenConnection,)),
        # Each word of introduction would cost a round trip, and a timeout of its own.
        "protocol": 2, "driver_info": None, "decode_responses": False,
    }  # fmt: skip
    try:
        parse: Callable[[str], dict[str, Any]] = parse_url
        pool = ConnectionPool(**parse(url), **own)  # of what is in both, TypeError
        pool.make_connection()  # opens none, but checks the options
    except (TypeError, ValueError):  # without their words, which may repeat a part of the address
        raise ConfigError(
            f"the address of {name} has an option that cannot be set: correct what stands after its ?"
        ) from None
    return Redis.from_pool(pool)


def _reason(error: Exception, timeout: float) -> str:
    """Return why a server did not answer, in words that name no secret."""
    from redis import exceptions  # loaded with the client

    if isinstance(error, exceptions.TimeoutError):
        return f"did not answer within {timeout:g} s"
    if (flaw := _flaw_of_certificate(error)) is not None:
        return flaw
    if isinstance(error, (exceptions.AuthenticationError, exceptions.AuthorizationError)):
        return "refuses the user or the password"
    return f"cannot be reached ({error})"


def _flaw_of_certificate(error: BaseException) -> str | None:
    """Return why the certificate of a server is not trusted, and how it would be; None if that is not the reason."""
    from ssl import SSLCertVerificationError  # loaded with the client

    cause: BaseException | None = error
    while not isinstance(cause, SSLCertVerificationError):
        if cause is None:
            return None
        cause = cause.__cause__ or cause.__context__
    flaw = f"has a certificate that is not trusted ({cause.verify_message})"
    advice = "name the file with its authority, as in rediss://HOST:PORT/0?ssl_ca_certs=FILE"
    return f"{flaw}; {advice}" if cause.verify_code in _UNKNOWN_AUTHORITY else flaw
