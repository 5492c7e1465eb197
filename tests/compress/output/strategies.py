"""Output of tools for property tests: lines that could be grouped, folded or aligned, and any text."""

from __future__ import annotations

from hypothesis import strategies as st

lines = st.lists(
    st.sampled_from(
        ["src/app/main.py:12:    x = 1", "src/app/main.py:40:y", "src/app/main.py::test_a PASSED", "src/app/main.py:",
         "12:30:05 start", "src/app/models/user.py", "src/app/models/", "src/app/models/group.py", "src/app/models/:",
         " M src/app/models/user.py", "?? src/app/models/x.py", "M\tsrc/app/models/y.py", " user.py", "", " ", "```",
         "drwxr-xr-x 2 root root  4096 mime", "drwxr-xr-x 2 root root   512 text", "drwxr-xr-x 2 root root     7 x y",
         "[each line below begins: drwxr-xr-x 2]", "[date of each line below: 2025-11-20]",
         "2025-11-20T08:00:01Z INFO a", "2025-11-20T08:00:01Z INFO b", "2025-11-20T09:30 WARN x", "2025-11-21T09:30 y",
         "NAME      READY   STATUS", "web       1/1     Running",
         "db                Running", "api-7f    0/1     Waiting for it", "a.b:1:\r", "\t x"]
    )
    .flatmap(lambda line: st.integers(1, 4).map(lambda count: "\n".join([line] * count))),
    max_size=16,
).map("\n".join)  # fmt: skip
texts = st.one_of(st.text(st.characters()), lines, lines)
