"""Telling others of alerts: a command that gets JSON on its stdin, an address that gets it by POST.

Neither may end a run, or delay it beyond its timeout.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from scrimp.command_words import command_words
from scrimp.config.alert_tables import AlertsTable
from scrimp.flows.alerts.alert import Alert
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.units import parse_duration


def hook_document(alerts: Sequence[Alert], run: str | None, now: float) -> bytes:
    """Return what a hook gets: JSON, whose `text` chat services show as a message."""
    return msgspec.json.Encoder(decimal_format="number").encode(
        {
            "v": 1, "text": "\n".join(f"scrimp: {alert.message}" for alert in alerts), "time": now, "run": run,
            "alerts": [
                {
                    "kind": alert.kind, "subject": alert.subject, "value": alert.value, "limit": alert.limit,
                    "since": alert.since, "message": alert.message,
                }
                for alert in alerts
            ],
        }
    )  # fmt: skip


def run_hooks(table: AlertsTable, document: bytes, env: Mapping[str, str], webhook: str | None) -> Iterator[str]:
    """Hand the document to the command and the address of the config; yield a sentence for each that fails."""
    longest = parse_duration(table.timeout, "timeout")
    if table.command is not None and (reason := _run(table.command, document, longest)):
        yield f"the command of [alerts] failed: {reason}; correct alerts.command"
    if webhook is not None:
        from scrimp.transport.http.webhook import post_json  # few have one

        if reason := run_in_loop(post_json(webhook, document, env, name="the webhook of [alerts]", longest=longest)):
            yield f"the webhook of [alerts] failed: {reason}; correct its address, or try it by hand"


def _run(command: str, document: bytes, longest: float) -> str | None:
    """Run a command in a process group of its own, ended with all it has started when it takes too long."""
    try:
        process = subprocess.Popen(
            command_words(command), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        return f"it cannot be started ({getattr(error, 'strerror', None) or error})"
    try:
        process.communicate(document, timeout=longest)
    except subprocess.TimeoutExpired:
        return f"it was still running after {longest:g} s, and was ended"
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return f"exit status {process.returncode}" if process.returncode else None
