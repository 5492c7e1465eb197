from __future__ import annotations

import subprocess
import sys


def test_rendering_plain_rows_and_the_bill_loads_nothing_slow() -> None:
    code = (
        "import sys, io\n"
        "from scrimp.billing import totals\n"
        "from scrimp.render import progress, run_reporter, streams\n"
        "from scrimp.render.bill import text\n"
        "from scrimp.render.rows import writers\n"
        "slow = ('rich', 'httpx', 'tiktoken', 'csv', 'difflib', 'asyncio')\n"
        "print([name for name in slow if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"
