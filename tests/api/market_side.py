"""The half of a deck that watches symbols and runs jobs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from quantdeck.hub.job_desk import JobDesk
from quantdeck.hub.market_desk import MarketDesk
from quantdeck.hub.supervise import Supervisor
from quantdeck.model.collected import Story
from tests.hub.market_rig import ToldJob, market_parts

STORY_NS = 1_723_000_000_000_000_000


class MarketSide:
    clock: Any
    book: Any
    mode: Any

    def _open_market(self) -> None:
        story = Story(
            id="one",
            headline="A story about the market",
            published_ns=STORY_NS,
            updated_ns=STORY_NS,
            url="https://example.org/1",
            symbols=("US:SPY",),
            sentiment=0.5,
            sentiment_by="polygon",
        )
        machine: Any = SimpleNamespace(
            prices=self.book,
            clock=self.clock,
            now_ns=self.clock.now_ns,
            mode=self.mode,
            capture=SimpleNamespace(symbols=list),
            parts=SimpleNamespace(market=market_parts(None, watched=("US:SPY",), records=[story])),
        )
        self.market = MarketDesk(machine)
        self.job = ToldJob()
        self.jobs = JobDesk(
            {"collect": self.job, "verify": ToldJob(), "backfill": ToldJob()},
            None,
            clock=self.clock,
            supervisor=Supervisor(self.clock),
            mode="demo",
        )
