from __future__ import annotations

import pytest

from quantdeck.app.deck_parts import ring_rows
from quantdeck.app.runs import new_run_id
from quantdeck.app.settings import Capture, Retention, RetentionByKind, Settings, TapeSettings
from quantdeck.app.tape_parts import tape_options
from quantdeck.model.events import Kind


class _Clock:
    def __init__(self, ns: int) -> None:
        self.ns = ns

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        raise AssertionError


@pytest.mark.parametrize(("asked", "rows"), [(4096, 4096), (5000, 8192), (262_144, 262_144)])
def test_ring_rows_are_the_next_power_of_two(asked: int, rows: int) -> None:
    assert ring_rows(Settings(capture=Capture(ring_rows=asked))) == rows


def test_tape_options_keep_for_ever_what_has_no_rule() -> None:
    rules = RetentionByKind(quote=Retention(max_age_days=3))

    options = tape_options(Settings(tape=TapeSettings(retention=rules)))

    assert list(options.retention) == [Kind.QUOTE]
    assert options.retention[Kind.QUOTE].max_age_days == 3


def test_run_ids_sort_by_the_start_and_differ() -> None:
    early, late = (new_run_id(_Clock(n * 10**9)) for n in (1_700_000_000, 1_700_000_001))

    assert early < late
    assert new_run_id(_Clock(0)) != new_run_id(_Clock(0))
