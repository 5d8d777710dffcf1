"""The half of a deck that studies prices and chains."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from quantdeck.hub.risk_parts import RiskParts
from quantdeck.hub.studies import Studies
from quantdeck.model.feed import Delay
from tests.hub.price_books import ArrayPriceBook, price_series, walk


class StudySide:
    """Two stocks, a coin and its captured minutes, a stock listed yesterday."""

    def _open_studies(self) -> None:
        self.book = ArrayPriceBook(
            [
                price_series("US:SPY", walk(400), calendar="XNYS", delay=Delay.SIMULATED),
                price_series("US:QQQ", walk(400, seed=2), calendar="XNYS"),
                price_series("BINANCE:BTCUSDT", walk(500, seed=3)),
                price_series("BINANCE:BTCUSDT", walk(300, seed=4, vol=0.001), interval="1m"),
                price_series("US:NEW", np.array([100.0])),
            ],
            benchmark="US:SPY",
        )
        machine = SimpleNamespace(
            prices=self.book, clock=self.clock, parts=SimpleNamespace(risk=RiskParts())
        )
        self.studies = Studies(machine)
