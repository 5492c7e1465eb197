from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from command import Scrimp
from outcomes import entry
from scrimp.store.ledger import Ledger


def keep(scrimp: Scrimp, *costs: str, home: Path | None = None) -> None:
    now = time.time()
    with closing(Ledger((home or scrimp.home) / "ledger.db")) as ledger:
        ledger.append([replace(entry("p/m", cost), call=f"{now}-{n}", time=now) for n, cost in enumerate(costs)])


def test_a_pipe_gets_an_object_for_each_change_until_it_is_interrupted(scrimp: Scrimp) -> None:
    keep(scrimp, "0.25")
    with scrimp.start("cost", "--follow", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as following:
        assert following.stdout is not None
        first = json.loads(following.stdout.readline(), parse_float=Decimal)
        keep(scrimp, "0.5", "0.125")
        second = json.loads(following.stdout.readline(), parse_float=Decimal)
        following.send_signal(signal.SIGINT)
        _, err = following.communicate(timeout=100)

    assert [each["calls"] for each in (first, second)] == [1, 3]
    assert [each["groups"][0]["cost_usd"] for each in (first, second)] == [Decimal("0.25"), Decimal("0.875")]
    assert second["last_minute"] == {"calls": 3, "cost_usd": Decimal("0.875")}
    assert (following.returncode, err) == (130, b"")


def test_it_goes_on_with_the_ledger_of_a_home_that_is_made_anew(scrimp: Scrimp) -> None:
    keep(scrimp, "0.25")
    with scrimp.start("cost", "--follow", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as following:
        assert following.stdout is not None
        first = json.loads(following.stdout.readline())
        anew = scrimp.home.with_name("anew")
        keep(scrimp, "0.5", "0.125", home=anew)  # it is moved there whole: an empty ledger would be a change of its own
        scrimp.home.rename(scrimp.home.with_name("former"))
        anew.rename(scrimp.home)
        second = json.loads(following.stdout.readline())
        following.send_signal(signal.SIGINT)
        _, err = following.communicate(timeout=100)

    assert [(each["calls"], each["groups"][0]["cost_usd"]) for each in (first, second)] == [(1, 0.25), (2, 0.625)]
    assert (following.returncode, err) == (130, b"")


def test_of_very_many_groups_an_object_has_the_most_expensive_and_the_others_as_one(scrimp: Scrimp) -> None:
    now = time.time()
    with closing(Ledger(scrimp.home / "ledger.db")) as ledger:
        calls = [replace(entry("p/m", "0.001"), call=f"{n}", run=f"r{n}", time=now) for n in range(1002)]
        ledger.append([*calls, replace(calls[0], call="dear", run="dear", cost=Decimal(2))])
    with scrimp.start("cost", "-f", "--json", "--by", "run", stdout=subprocess.PIPE) as following:
        assert following.stdout is not None
        shown = json.loads(following.stdout.readline(), parse_float=Decimal)
        following.kill()

    assert (shown["calls"], len(shown["groups"]), shown["groups"][0]["run"]) == (1003, 1000, "dear")
    assert (shown["others"]["calls"], shown["others"]["cost_usd"]) == (3, Decimal("0.003"))


def test_it_ends_when_the_reader_has_left(scrimp: Scrimp) -> None:
    keep(scrimp, "0.25")
    with scrimp.start("cost", "-f", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as following:
        assert following.stdout is not None
        line = following.stdout.readline().decode()
        following.stdout.close()
        keep(scrimp, "0.5")
        assert following.wait(timeout=100) == 141

    assert line.endswith("  $0.25  1 call, 1 call for $0.25 in the last minute\n")


def has_two_pictures(received: bytes) -> bool:
    """Return whether two pictures have come, each with all its lines."""
    first, *later = received.split(b"\x1b[J")
    return len(later) > 1 or any(picture.count(b"\n") >= first.count(b"\n") for picture in later)


def test_a_terminal_gets_a_picture_that_is_drawn_over_the_one_before(scrimp: Scrimp) -> None:
    keep(scrimp, "0.25")
    scrimp.env |= {"TERM": "xterm-256color", "COLUMNS": "60"}
    master, slave = pty.openpty()
    with scrimp.start("cost", "--follow", stdin=subprocess.DEVNULL, stdout=slave, stderr=slave) as following:
        os.close(slave)
        received = b""
        while not has_two_pictures(received):
            received += os.read(master, 65_536)
        following.send_signal(signal.SIGINT)
        assert following.wait(timeout=100) == 130
    os.close(master)

    first, second = received.decode().replace("\r\n", "\n").split("\x1b[J")[:2]
    first, _, up = first.rpartition("\x1b[")
    assert up == f"{first.count(chr(10))}A"
    assert second.count("\n") == first.count("\n")
    assert [line.split()[0] for line in first.splitlines()] == ["last", "model", "p/m", "total"]
    assert max(map(len, first.splitlines())) <= 60
