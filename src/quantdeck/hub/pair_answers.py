"""What each panel of the Pairs page shows, asked of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.standing import sources_of, standing_of, trade_age
from quantdeck.live.pair_state import TICK, PairQuestion
from quantdeck.live.staleness import oldest
from quantdeck.model.instruments import root_of
from quantdeck.views import pairs
from quantdeck.views.figures import price_decimals
from quantdeck.views.pair_estimators import estimators_payload, hedge_payload, reversion_payload
from quantdeck.views.pair_stats import stats_payload
from quantdeck.views.state import panel_state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.hub.machine import Machine
    from quantdeck.live.pair_state import PairComparison, PairNow
    from quantdeck.live.ticks import TickColumns
    from quantdeck.views.payloads import PanelState, Payload

    Params = Mapping[str, str]

_TICK_BARS = "1s"
_LOG_TRADES = 100

_OF_PAIR: dict[str, Callable[[PairNow, PanelState], Payload]] = {
    "pairs.spread": pairs.spread_payload,
    "pairs.zscore": pairs.zscore_payload,
    "pairs.correlation": pairs.correlation_payload,
    "pairs.stats": stats_payload,
    "pairs.reversion": reversion_payload,
}
_COMPARED: dict[str, Callable[[PairComparison, PanelState], Payload]] = {
    "pairs.hedge": hedge_payload,
    "pairs.estimators": estimators_payload,
}


class PairAnswers:
    """Answers topics of the Pairs page, from memory. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        What is asked.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def payload(self, name: str, params: Params) -> Payload:
        """Return the payload of a topic.

        Raises
        ------
        NoData
            If nothing was received of one of the symbols.
        """
        match name:
            case "pairs.y" | "pairs.x":
                return self._candles(params[name[-1]], params["timeframe"], int(params["lookback"]))
            case "pairs.trades":
                return self._trades(params["y"], params["x"])
            case _:
                return self._pair(name, params)

    def now(self, params: Params) -> PairNow:
        """Return the pair as it stands.

        Raises
        ------
        NoData
            If nothing was received of one of the symbols.
        """
        return self._machine.state.pair(self._question(params)).now()

    def _pair(self, name: str, params: Params) -> Payload:
        pair = self._machine.state.pair(self._question(params))
        symbols = (params["y"], params["x"])
        state = self._pair_state(*symbols)
        if name in _COMPARED:
            return _COMPARED[name](pair.compared(), state)
        if name == "pairs.summary":
            return pairs.summary_payload(pair.now(), symbols, state)
        return _OF_PAIR[name](pair.now(), state)

    def _question(self, params: Params) -> PairQuestion:
        y, x = (self._known(params[side]) for side in ("y", "x"))
        return PairQuestion(
            y=y,
            x=x,
            timeframe=params["timeframe"],
            window=int(params["window"]),
            lookback=int(params["lookback"]),
            log=params["prices"] == "log",
            estimator=params["estimator"],
        )

    def _known(self, symbol: str) -> int:
        # A symbol that is captured but silent is an empty panel; any other is an error.
        if symbol in self._machine.capture.symbols():
            return self._machine.state.instruments.id_of(symbol)
        return self._machine.state.id_of(symbol)

    def _candles(self, symbol: str, timeframe: str, lookback: int) -> Payload:
        books = self._machine.state.books
        book = books[_TICK_BARS if timeframe == TICK else timeframe]
        bars = book.bars(self._known(symbol), lookback)
        decimals = self._decimals(symbol, bars.close[-20:].tolist())
        title = f"{root_of(symbol)} price, {_TICK_BARS if timeframe == TICK else timeframe} bars"
        return pairs.candles_payload(bars, decimals, self._pair_state(symbol), title=title)

    def _trades(self, *symbols: str) -> Payload:
        sides: list[tuple[str, TickColumns, int]] = []
        for symbol in symbols:
            ticks = self._machine.state.ticks.ticks(self._known(symbol), _LOG_TRADES)
            sides.append((symbol, ticks, self._decimals(symbol, ticks.price[-20:].tolist())))
        return pairs.trades_payload(sides, self._pair_state(*symbols))

    def _decimals(self, symbol: str, prices: Sequence[float]) -> int:
        instrument = self._machine.instrument(symbol)
        return price_decimals(instrument.tick_size if instrument else None, prices)

    def _pair_state(self, *symbols: str) -> PanelState:
        # Bars and spreads are made of executions: fresh quotes make them no fresher.
        ages = {symbol: trade_age(self._machine, symbol) for symbol in symbols}
        worst = oldest(*ages.values())
        of = next(root_of(symbol) for symbol, age in ages.items() if age is worst)
        source = sources_of(self._machine, symbols)
        return panel_state(
            standing_of(self._machine, symbols), worst, source=source, what=f"trade of {of}"
        )
