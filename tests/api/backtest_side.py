"""Backtests of a deck without a machine, over bars that swing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from quantdeck.hub.backtests import BacktestDesk
from quantdeck.hub.supervise import Supervisor
from quantdeck.model.errors import NoData
from quantdeck.model.spread import one_by_one
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from quantdeck.ports.clock import Clock

MINUTE_NS = 60_000_000_000
BARS = 400


class BacktestSide:
    clock: Clock
    captured: list[str]

    def _open_backtests(self) -> None:
        machine: Any = SimpleNamespace(
            parts=SimpleNamespace(runs=None, spread=one_by_one),
            mode=Mode.DEMO,
            clock=self.clock,
            now_ns=self.clock.now_ns,
            capture=SimpleNamespace(symbols=lambda: self.captured),
            instrument=lambda _: None,
            supervisor=Supervisor(self.clock),
        )
        self.backtests = BacktestDesk(machine, self._swinging)

    async def _swinging(self, symbol: str, timeframe: str, limit: int) -> pa.Table:
        if not symbol.startswith("BINANCE-USDM:"):
            raise NoData(f"nothing of {symbol} is recorded")
        random = np.random.default_rng(2)
        price = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=BARS)))
        if symbol.endswith("ETHUSDT"):
            noise = random.normal(scale=1e-4, size=BARS)
            price = price * np.exp(3e-3 * np.sin(np.arange(BARS) / 6.0) + noise)
        starts = self.clock.now_ns() // MINUTE_NS * MINUTE_NS - MINUTE_NS * np.arange(BARS)[::-1]
        figures = dict.fromkeys(("open", "high", "low", "close", "volume"), price)
        table = pa.table({"start_ns": starts, **figures, "trades": np.ones(BARS, np.int64)})
        return table.slice(max(0, BARS - limit))
