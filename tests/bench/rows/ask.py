"""How long `scrimp ask` takes when its answer is in the cache, beside Python itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

from bench.plan import Plan
from bench.processes import medians, spend
from bench.table import Row, ms, times

_PROMPT = "Is this review positive or negative? The blender crushes ice without any trouble."


def measure(plan: Plan) -> Iterator[Row]:
    with plan.connected(server="ours") as (home, _):  # the one that can stream
        home.scrimp("ask", _PROMPT)
    # The provider is gone now: an answer that did not come from the cache would be a crash.
    took = medians(
        {
            "pass": partial(spend, [sys.executable, "-c", "pass"], env=home.env, cwd=home.folder),
            "ask": partial(home.scrimp, "ask", _PROMPT),
        },
        plan.size(31, 9),
    )
    yield Row(
        what="scrimp ask, from the cache",
        measured=ms(took["ask"]),
        beside=f"python -c pass {ms(took['pass'])}",
        ratio=times(took["ask"] / took["pass"]),
        asked="at most 5 x",
    )
