from __future__ import annotations

from command import Scrimp
from fake_provider import FakeProvider


def test_a_damaged_store_pays_nothing_until_it_is_repaired_and_what_could_be_read_is_not_paid_again(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    scrimp.file("q.txt", "".join(f"question {number} {'x' * 100}\n" for number in range(200)))
    scrimp("run", "q.txt", "-q", "-j", "64")
    for name in ("cache.db", "ledger.db"):
        path = scrimp.home / name
        data = bytearray(path.read_bytes())
        data[-4096 * 5 : -4096 * 4] = b"\xa5" * 4096
        path.write_bytes(data)

    ran, seen = scrimp("run", "q.txt"), scrimp("doctor")
    assert (ran.status, seen.status, len(provider.bodies)) == (2, 2, 200)
    assert "cache.db is damaged" in ran.err
    assert "scrimp doctor --repair" in ran.err
    assert seen.out.count("run `scrimp doctor --repair`") == 2

    repaired, again = scrimp("doctor", "--repair"), scrimp("run", "q.txt")
    assert (repaired.status, again.status, len(again.rows)) == (0, 0, 200)
    assert repaired.out.count("made anew from") == 2
    assert 200 < len(provider.bodies) < 230
    assert "nothing is damaged" in scrimp("doctor", "--repair").out
    assert {path.name.split(".")[0] for path in (scrimp.home / "damaged").iterdir()} == {"cache", "ledger"}
