"""Processes of scrimp that start at once: forked from one that has imported all of it and has run nothing.

A fork is a process like any other, with its own memory, signals and streams, so nothing leaks from one command to the
next; it only leaves out 0.2 seconds of imports, and
the building of commands. What an interpreter does at its start (PYTHON* variables, imports,
the installed script) is not in it: `command.Scrimp.process` starts whole processes.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import pkgutil
import pwd
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

_STREAMS = 3
_LONGEST = 1 << 20  # bytes of a command line with its environment
# The only certificate that forks trust where a test names none: to read the hundreds of a system takes 8 ms a process.
_AUTHORITY = Path(__file__).parent / "data" / "authority.pem"
# What is large is in large pages, of which a fork copies the addresses of fewer: it takes a third of the time less.
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
# Imported by scrimp only where they are needed.
_LAZY = (
    "asyncio", "difflib", "encodings.utf_8_sig", "httpx", "jsonschema_rs", "selectolax.lexbor", "sentencex", "tomli_w",
    "tomllib", "typer._click.decorators",
)  # fmt: skip


class ForkServer:
    """The process that forks, seen from the tests; one command at a time."""

    def __init__(self) -> None:
        self.running = 0  # the process of the present command, or of the last one
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "error", __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | _LARGE_PAGES,
            )

    def run(
        self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: bytes | None, timeout: float,
        closed: Sequence[int] = (), full: Sequence[int] = (), cwd_deleted: bool = False, bound: bool = False,
        limits: Mapping[str, int] | None = None, unbuffered: bool = False, prepared: str = "", account_home: str,
    ) -> tuple[int, bytes, bytes]:  # fmt: skip
        """Return the exit status, stdout and stderr of a command; raise TimeoutExpired when it takes too long.

        `closed` and `full` are numbers of standard streams: closed from the start, or a device that is full. A command
        that is `bound` by permissions obeys them even if root runs it. `limits` are those of the `resource` module,
        such as {"NOFILE": 16}; `unbuffered` is what PYTHONUNBUFFERED does. `prepared` is a module of the tests whose
        function `prepare` is called in the process first. `account_home` is the home directory that the system has for
        the user, which is taken where HOME says nothing: the one of whoever runs the tests is out of reach.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            reading = _piped(stdin)
            command = {
                "words": words, "cwd": str(cwd), "env": dict(env), "closed": closed, "full": full,
                "cwd_deleted": cwd_deleted, "bound": bound, "limits": limits or {},
                "unbuffered": unbuffered, "prepared": prepared, "account_home": account_home,
            }  # fmt: skip
            try:
                self._ask(command, [reading, out.fileno(), err.fileno()])
            finally:
                os.close(reading)
            pid = self.running = int(self._line(timeout))
            try:
                status = int(self._line(timeout))
            except BaseException as stopped:  # the test's own time limit comes as an exception, too
                os.kill(pid, signal.SIGKILL)
                self._line(10)  # or the next command would read this one's end
                if isinstance(stopped, TimeoutError):
                    raise subprocess.TimeoutExpired(["scrimp", *words], timeout) from stopped
                raise
            out.seek(0)
            err.seek(0)
            return status, out.read(), err.read()

    def close(self) -> None:
        """End the process that forks."""
        self._socket.close()
        self._process.wait(timeout=100)

    def _ask(self, command: object, streams: Sequence[int]) -> None:
        data = json.dumps(command).encode() + b"\n"
        sent = socket.send_fds(self._socket, [data], streams)
        self._socket.sendall(data[sent:])

    def _line(self, timeout: float) -> bytes:
        self._socket.settimeout(timeout)
        line = b""
        while not line.endswith(b"\n"):
            byte = self._socket.recv(1)
            if not byte:
                raise EOFError("the process that forks is gone")
            line += byte
        return line


def _piped(data: bytes | None) -> int:
    """Return what to read stdin from: a pipe with data, or nothing at all."""
    if data is None:
        return os.open(os.devnull, os.O_RDONLY)
    reading, writing = os.pipe()

    def write() -> None:
        with suppress(BrokenPipeError), open(writing, "wb") as pipe:
            pipe.write(data)

    threading.Thread(target=write, daemon=True).start()
    return reading


def _serve(asking: socket.socket) -> None:
    """Fork for every command that comes in, until nobody can ask any more."""
    while True:
        data, streams, _, _ = socket.recv_fds(asking, _LONGEST, _STREAMS)
        if not data:
            return
        while not data.endswith(b"\n"):
            data += asking.recv(_LONGEST)
        pid = os.fork()
        if not pid:
            asking.close()
            _become(streams, **json.loads(data))
        for stream in streams:
            os.close(stream)
        asking.sendall(b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        asking.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def _become(
    streams: Sequence[int], words: Sequence[str], cwd: str, env: Mapping[str, str], **surroundings: Any
) -> None:
    """Be the command, and end with it."""
    status = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(cwd)
        os.environ.clear()
        os.putenv("SSL_CERT_FILE", str(_AUTHORITY))  # for the engine alone: os.environ does not show it to scrimp
        os.environ.update(env)
        sys.argv = ["scrimp", *words]
        sys.stdin, sys.stdout, sys.stderr = _standard_streams()
        _spoil(**surroundings)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        import_module("scrimp.__main__").main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as at the end of any Python program
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _standard_streams() -> tuple[TextIO, TextIO, TextIO]:
    """Return the text streams that Python opens at its start."""
    return (
        TextIOWrapper(BufferedReader(FileIO(0, closefd=False)), "utf-8"),
        TextIOWrapper(BufferedWriter(FileIO(1, "w", closefd=False)), "utf-8"),
        TextIOWrapper(BufferedWriter(FileIO(2, "w", closefd=False)), "utf-8", "backslashreplace", line_buffering=True),
    )


def _spoil(
    closed: Sequence[int], full: Sequence[int], *, cwd_deleted: bool, bound: bool, limits: Mapping[str, int],
    unbuffered: bool, prepared: str, account_home: str,
) -> None:  # fmt: skip
    """Take away what a process may have to do without; Python has no stream for a number that is closed."""
    account = pwd.getpwuid(os.getuid())
    pwd.getpwuid = lambda _: pwd.struct_passwd((*account[:5], account_home, account[6]))
    if cwd_deleted:
        folder = tempfile.mkdtemp()
        os.chdir(folder)
        Path(folder).rmdir()
    if bound and not os.geteuid():
        _obey_permissions()
    if "NOFILE" in limits:  # an event loop that could not be opened is not closed by asyncio either
        warnings.filterwarnings("ignore", "unclosed event loop", ResourceWarning)
    for name, limit in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
    for number in full:
        os.dup2(os.open("/dev/full", os.O_RDWR), number)
    if unbuffered:
        sys.stdout, sys.stderr = (
            TextIOWrapper(FileIO(number, "w", closefd=False), "utf-8", "backslashreplace", write_through=True)
            for number in (1, 2)
        )
    if prepared:
        sys.path.append(str(Path(__file__).parent))
        import_module(prepared).prepare()
    for number in closed:
        os.close(number)
        setattr(sys, ("stdin", "stdout", "stderr")[number], None)


def _obey_permissions() -> None:
    """Give up what lets root read and write every file: the capabilities DAC_OVERRIDE (1) and DAC_READ_SEARCH (2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the same for the upper 32
    if libc.capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget")
    for number in (0, 1):
        sets[number] &= ~0b110
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")


_OF_RAY = "scrimp.engines.ray.dataset"  # an extra, whose threads would not outlive a fork


def _import_all() -> None:
    for name in _LAZY:
        import_module(name)
    package = import_module("scrimp")
    for module in pkgutil.walk_packages(package.__path__, "scrimp."):
        if module.name != _OF_RAY:
            import_module(module.name)
    _make_once()
    gc.collect()
    gc.freeze()  # a collection would write to every page that is shared


def _make_once() -> None:
    """Make what every process makes of scrimp's own files and types at its first use: thousands of forks have it made.

    Nothing of it depends on an environment, a directory or a clock.
    """
    import_module("scrimp.tokens.o200k").encoding()
    import_module("scrimp.config.sources.layers").to_config({}, "nothing")
    import_module("scrimp.routing.prior.vocabulary").vocabulary("english")
    prices = import_module("scrimp.prices.table")
    prices.load_table(prices.SHIPPED).provider_prices("openai")
    typer = import_module("typer.main")
    typer.get_command = cache(typer.get_command)  # typer builds a command in 5 ms
    typer.get_command(import_module("scrimp.cli.main").app)
    commands = import_module("scrimp.cli.startup.lazy_group")
    for name in commands.COMMANDS:
        commands.load(name)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the tests, and they end this
    _import_all()
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        _serve(asking)
