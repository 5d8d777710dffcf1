"""Processes that claim, sleep, are killed and come back: each due time is done at most once."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from quantdeck.model.errors import Conflict
from quantdeck.records.open import open_records
from tests.records.memory_due import MemoryDue

NS = 1_000_000_000
HOLDERS = st.sampled_from(["one", "two", "three"])
DUES = st.integers(1, 3)


class Processes(RuleBasedStateMachine):
    """Three processes with clocks of their own, and what each of them believes to hold."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.records = open_records(Path(self.folder.name))
        self.due, self.memory = self.records.due, MemoryDue()
        self.now = 1_000 * NS
        self.skew = {"one": 0, "two": 3 * NS, "three": -3 * NS}
        self.held = {}
        self.done: Counter[int] = Counter()

    def teardown(self) -> None:
        if hasattr(self, "records"):
            self.records.close()
            self.folder.cleanup()

    def clock(self, holder: str) -> int:
        return self.now + self.skew[holder]

    @rule(holder=HOLDERS, number=DUES, alone=st.booleans())
    def claim(self, holder: str, number: int, alone: bool) -> None:
        asked = {"holder": holder, "now_ns": self.clock(holder), "lease_s": 10.0, "alone": alone}

        taken = self.due.claim("job", number, **asked)

        assert taken == self.memory.claim("job", number, **asked)
        if taken is not None:
            self.held[holder, number] = taken

    @rule(holder=HOLDERS, number=DUES)
    def renew(self, holder: str, number: int) -> None:
        held = self.held.get((holder, number))
        if held is not None:
            self.both("renew", held, now_ns=self.clock(holder), lease_s=10.0)

    @rule(holder=HOLDERS, number=DUES, state=st.sampled_from(["done", "failed"]))
    def finish(self, holder: str, number: int, state: str) -> None:
        held = self.held.pop((holder, number), None)
        if held is not None:
            ended = self.both("finish", held, state, now_ns=self.clock(holder))
            self.done[number] += ended and state == "done"

    @rule(holder=HOLDERS)
    def kill(self, holder: str) -> None:
        self.held = {key: run for key, run in self.held.items() if key[0] != holder}

    @rule(seconds=st.integers(-20, 30))
    def time_goes(self, seconds: int) -> None:
        self.now += seconds * NS

    def both(self, what: str, *asked, **further) -> bool:
        worked = [self.works(store, what, *asked, **further) for store in (self.due, self.memory)]
        assert worked[0] == worked[1]
        return worked[0]

    def works(self, store, what: str, *asked, **further) -> bool:
        try:
            getattr(store, what)(*asked, **further)
        except Conflict:
            return False
        return True

    @invariant()
    def each_due_time_is_done_at_most_once(self) -> None:
        if hasattr(self, "done"):
            assert all(count <= 1 for count in self.done.values())


TestProcesses = Processes.TestCase
TestProcesses.settings = settings(max_examples=15, stateful_step_count=30)
