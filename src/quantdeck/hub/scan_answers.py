"""What each panel of the Scan page shows: asked of the scanner, and of the board."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from quantdeck.analytics.pairs.scan import ScanRules
from quantdeck.analytics.pairs.screen import ScreenRules
from quantdeck.hub.scan import Scanner, ScanQuestion
from quantdeck.hub.standing import sources_of, standing_of, trade_age
from quantdeck.live.staleness import MARKS_STALE_AFTER_S, Age, Freshness, age_of
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentKind, root_of
from quantdeck.views import carry, scan
from quantdeck.views.carry import CarryNow
from quantdeck.views.figures import price_decimals
from quantdeck.views.scan_page import MOST_LOOKBACK, Q_LEVELS, SPREADS, ScanChoices
from quantdeck.views.state import panel_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.analytics.false_discovery import Control
    from quantdeck.analytics.lead_lag import LeadLag
    from quantdeck.analytics.types import FloatArray
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.scan import Related
    from quantdeck.model.instruments import Instrument
    from quantdeck.views.payloads import PanelState, Payload
    from quantdeck.views.scan import ScanNow

    Params = Mapping[str, str]

_OF_BOARD = {"scan.carry", "scan.curve"}
_RELATED = {"scan.correlation", "scan.lead", "scan.lags"}
_DATED = re.compile(r"(?P<pair>[A-Z0-9]+)_\d{6}")
_SPOT_VENUE = "BINANCE"
_LAYERS = 8


class ScanAnswers:
    """Answers topics of the Scan page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose symbols are scanned.

    Attributes
    ----------
    scanner : Scanner
        Does the work.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.scanner = Scanner(machine)
        self._layers: dict[tuple[int, str], tuple[Related, dict[str, FloatArray]]] = {}

    def choices(self) -> ScanChoices:
        """Return what there is to choose from on the page."""
        symbols = self._machine.capture.symbols()
        first, second = (*symbols[:2], "", "")[:2] if len(symbols) > 1 else ("", "")
        bases = dict.fromkeys(
            base for each in symbols if self._kind(each) and (base := self._base(each))
        )
        return ScanChoices(first, second, tuple(bases))

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from what is known, or None where a scan must be made."""
        if name in _OF_BOARD:
            return self._carry(name, params)
        question = question_of(params)
        if name in _RELATED:
            related = self.scanner.known_relations(question, _lags(params))
            return None if related is None else self._related(name, params, related)
        now = self.scanner.known(question)
        return None if now is None else self._scanned(name, params, now)

    async def slow(self, name: str, params: Params) -> Payload:
        """Scan, and return the payload."""
        question = question_of(params)
        if name in _RELATED:
            return self._related(name, params, await self.scanner.related(question, _lags(params)))
        return self._scanned(name, params, await self.scanner.now(question))

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        if name in _OF_BOARD:
            return self._machine.state.revision
        return self.scanner.revision

    def _scanned(self, name: str, params: Params, now: ScanNow) -> Payload:
        state = self._state()
        match name:
            case "scan.summary":
                return scan.summary_payload(now, state, now_ns=self._machine.now_ns())
            case "scan.left_out":
                return scan.left_out_payload(now, state)
            case _:
                half_life = int(params["max_half_life"])
                return scan.pairs_payload(
                    now,
                    state,
                    max_q=Q_LEVELS[params["max_q"]],
                    max_half_life=None if half_life == MOST_LOOKBACK else half_life,
                    most=int(params["rows"]),
                )

    def _related(self, name: str, params: Params, related: Related) -> Payload:
        now, state = related.now, self._state()
        match name:
            case "scan.correlation":
                layers = self._made(related, name, scan.correlation_layers)
                return scan.names_payload(now, layers, state)
            case "scan.lead":
                layers = self._made(related, name, scan.lead_layers)
                return scan.names_payload(now, layers, state)
            case _:
                symbols = params["first"], params["second"]
                return scan.lags_payload(now, related.found, symbols, state)

    def _made(
        self, related: Related, name: str, make: Callable[[LeadLag], dict[str, FloatArray]]
    ) -> dict[str, FloatArray]:
        # The same arrays as long as the scan is the same: then they are not sent again.
        key = id(related), name
        held = self._layers.get(key)
        if held is None or held[0] is not related:
            held = self._layers[key] = related, make(related.found)
            if len(self._layers) > _LAYERS:
                del self._layers[next(iter(self._layers))]
        return held[1]

    def _state(self) -> PanelState:
        machine = self._machine
        symbols = machine.capture.symbols()
        ages = [trade_age(machine, symbol) for symbol in symbols]
        return self._panel_state(ages, what="trade")

    def _carry(self, name: str, params: Params) -> Payload:
        machine = self._machine
        now_ns, board = machine.now_ns(), machine.state.board
        carries: list[CarryNow] = []
        ages: list[Age] = []
        for symbol in machine.capture.symbols():
            if not self._kind(symbol):
                continue
            carries.append(self._carry_of(symbol))
            number = machine.state.instruments.id_of(symbol)
            heard = board.last_recv_ns(number, (Kind.MARK,))
            ages.append(age_of(heard, now_ns, stale_after_s=MARKS_STALE_AFTER_S))
        state = self._panel_state(ages, what="mark")
        if name == "scan.carry":
            return carry.carry_payload(carries, now_ns, state)
        return carry.curve_payload(carries, params["base"], now_ns, state)

    def _carry_of(self, symbol: str) -> CarryNow:
        state, instrument = self._machine.state, self._machine.instrument(symbol)
        number = state.instruments.id_of(symbol)
        mark = state.board.mark(number)
        prices = [] if mark is None or mark.mark_price is None else [mark.mark_price]
        return CarryNow(
            symbol=symbol,
            base=self._base(symbol),
            mark=None if mark is None else mark.mark_price,
            index=None if mark is None else mark.index_price,
            spot=self._spot(symbol),
            funding_rate=None if mark is None else mark.funding_rate,
            next_funding_ns=0 if mark is None else mark.next_funding_ns,
            interval_s=state.funding.seconds(number),
            expiry_ns=None if instrument is None else instrument.expiry_ns,
            decimals=price_decimals(instrument.tick_size if instrument else None, prices),
        )

    def _spot(self, symbol: str) -> float | None:
        match = _DATED.fullmatch(root_of(symbol))
        twin = f"{_SPOT_VENUE}:{match['pair'] if match else root_of(symbol)}"
        known = self._machine.state.instruments.symbols()
        trade = self._machine.state.board.trade(known.index(twin)) if twin in known else None
        return None if trade is None else trade.price

    def _kind(self, symbol: str) -> bool:
        # Whether it is a derivative: as its vendor says, or as its marks tell before it has.
        instrument = self._machine.instrument(symbol)
        if instrument is not None:
            return instrument.kind in {InstrumentKind.PERPETUAL, InstrumentKind.FUTURE}
        state = self._machine.state
        return state.board.mark(state.instruments.id_of(symbol)) is not None

    def _base(self, symbol: str) -> str:
        instrument: Instrument | None = self._machine.instrument(symbol)
        if instrument is not None:
            return instrument.base
        root = root_of(symbol).partition("_")[0]
        return root.removesuffix("USDT").removesuffix("USDC")

    def _panel_state(self, ages: list[Age], *, what: str) -> PanelState:
        # A scan of many is as fresh as its freshest symbol: the others are named where they are left out.
        machine = self._machine
        symbols = machine.capture.symbols()
        known = [age for age in ages if age.seconds is not None]
        newest = min(known, key=lambda age: age.seconds or 0.0, default=Age(Freshness.EMPTY, None))
        source = sources_of(machine, symbols)
        return panel_state(standing_of(machine, symbols), newest, source=source, what=what)


def question_of(params: Params) -> ScanQuestion:
    """Return what the controls of the page ask for.

    Raises
    ------
    BadInput
        If the window is not shorter than the lookback.
    """
    widest = SPREADS[params["max_spread"]]
    screen = ScreenRules(min_turnover=float(params["min_turnover"]))
    if widest is not None:
        screen = ScreenRules(min_turnover=screen.min_turnover, max_spread_bp=widest)
    rules = ScanRules(
        lookback=int(params["lookback"]),
        window=int(params["window"]),
        control=cast("Control", params["control"].lower()),
        screen=screen,
    )
    return ScanQuestion(params["timeframe"], rules)


def _lags(params: Params) -> int:
    return int(params.get("lags", "0"))
