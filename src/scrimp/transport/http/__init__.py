"""HTTP: the only place that opens sockets to providers. pyreqwest (reqwest, in Rust) sends every request.

Calls that are not streamed use pyreqwest directly: httpx's client on top of it would take four tenths of the time a
call costs this process (`tests/bench`). Streams (`ask`) are read through httpx, with pyreqwest as its transport: httpx
decodes text and splits lines across chunks, which server-sent events need and pyreqwest leaves open.

That is why httpx stays, and only streams pay for it. `import httpx` takes 10 times as long as `python -c pass` (95 ms
against 9, medians of 20 processes), pyreqwest twice as long (20 ms). Where asyncio and pyreqwest are already imported,
as in every call to a provider, httpx adds 66 ms. A run answered from the cache imports neither, one that calls a
provider imports pyreqwest alone (checked in tests/cli/test_run.py).
"""
