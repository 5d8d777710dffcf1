"""The half of a deck that studies prices and chains."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.analytics.options.study import OptionStudy, study_chains
from quantdeck.hub.portfolio_desk import PortfolioDesk
from quantdeck.hub.risk_desk import RiskDesk
from quantdeck.hub.risk_parts import RiskParts
from quantdeck.hub.state import LiveState
from quantdeck.hub.studies import Desks, Studies
from quantdeck.hub.technical_desk import TechnicalDesk
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import InstrumentTable
from tests.hub.price_books import ArrayPriceBook, price_series, walk

if TYPE_CHECKING:
    from quantdeck.hub.option_desk import OptionQuestion


class OneChain:
    """Watches the options of one index."""

    def __init__(self) -> None:
        chain, at_ns = example_chain()
        self.chain, self.at_ns = chain, at_ns

    def underlyings(self) -> tuple[str, ...]:
        return (self.chain.underlying,)

    async def study(self, question: OptionQuestion) -> OptionStudy:
        if question.underlying != self.chain.underlying:
            raise NoData(
                f"no options of {question.underlying} are watched; there are: {self.chain.underlying}"
            )
        return study_chains([self.chain], self.at_ns)


class StudySide:
    """Two stocks, a coin and its captured minutes, a stock listed yesterday, one option chain."""

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
            prices=self.book,
            clock=self.clock,
            version=self.version,
            parts=SimpleNamespace(risk=RiskParts()),
            options=OneChain(),
            state=LiveState(InstrumentTable(), bars_kept=100),
        )
        desks = Desks(RiskDesk(machine), PortfolioDesk(machine), TechnicalDesk(machine))
        self.studies = Studies(machine, desks)
