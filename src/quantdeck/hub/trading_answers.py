"""What each panel of the Trading page shows, asked of the paper desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.standing import standing
from quantdeck.hub.ticket_desk import LARGE_SHARE, NO_ACCOUNT, TicketDesk
from quantdeck.hub.trading_results import TradingResults
from quantdeck.model.errors import BadInput, NoData
from quantdeck.trading.typed import TypedTicket
from quantdeck.views import trading, trading_orders
from quantdeck.views.nothing import nothing_of
from quantdeck.views.payloads import PanelState, TextPayload
from quantdeck.views.state import steady_state
from quantdeck.views.trading_exits import exits_by_symbol, exits_payload, rules_text
from quantdeck.views.trading_pairs import PAIRS, pairs_payload
from quantdeck.views.trading_panels import PANELS, TICKET
from quantdeck.views.trading_ticket import blank_payload, preview_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from quantdeck.hub.machine import Machine
    from quantdeck.hub.paper_desk import PaperDesk
    from quantdeck.hub.playbook_desk import PlaybookDesk
    from quantdeck.research.pairs.wanted import PairNow
    from quantdeck.trading.exit_now import WatchedNow
    from quantdeck.trading.paper_now import Preview
    from quantdeck.views.payloads import Payload

    Params = Mapping[str, str]

_KINDS = {panel.id: panel.kind for panel in PANELS}
_OF_EVENTS = {"trading.fills", "trading.strategies", "trading.ended"}
_SCOPES = {"settings": "the settings", "account": "its own rules"}
_SECOND = 1_000_000_000


class TradingAnswers:
    """Answers topics of the Trading page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose paper account is shown.
    playbook : PlaybookDesk
        Knows the ideas that are traded.

    Attributes
    ----------
    tickets : TicketDesk
        Weighs and places what is typed.
    """

    def __init__(self, machine: Machine, playbook: PlaybookDesk) -> None:
        self._machine = machine
        self.tickets = TicketDesk(machine, playbook)
        self._results: TradingResults | None = None
        self._quick: dict[str, Callable[[PaperDesk, PanelState], Payload]] = {
            "trading.summary": self._summary,
            "trading.switch": _switch,
            "trading.positions": self._positions,
            "trading.orders": _open,
            "trading.limits": _limits,
            "trading.exits": lambda _, state: exits_payload(self._watched(), state),
            "trading.rules": lambda _, state: TextPayload(state, self._rules()),
            "trading.equity": _equity,
            "trading.drawdown": _drawdown,
            "trading.ended": self._ended,
            "trading.fills": self._fills,
            "trading.strategies": self._strategies,
            PAIRS.id: lambda _, state: pairs_payload(self._pairs(), state),
        }

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from memory, or None where something must be read or weighed."""
        desk = self._machine.paper
        if desk is None:
            return nothing_of(_KINDS[name], f"{NO_ACCOUNT[:1].upper()}{NO_ACCOUNT[1:]}.")
        if name == TICKET.id:
            found = self.tickets.known(_words(params))
            return None if found is None else self._preview(found)
        if name in _OF_EVENTS and not self._kept().is_current:
            return None
        return self._quick[name](desk, self._state())

    async def slow(self, name: str, params: Params) -> Payload:
        """Read the events of the account, or weigh a ticket, and return the payload."""
        desk = self.tickets.paper
        if name == TICKET.id:
            try:
                return self._preview(await self.tickets.preview(_words(params)))
            except (BadInput, NoData) as error:
                # A field that is empty or wrong: said in the place of the figures.
                said = str(error)
                return blank_payload(f"{said[:1].upper()}{said[1:]}.")
        await self._kept().read()
        return self._quick[name](desk, self._state())

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        desk = self._machine.paper
        if desk is None:
            return 0
        second = self._machine.clock.monotonic_ns() // _SECOND
        return desk.revision, 0 if name in _OF_EVENTS else second

    def _preview(self, found: Preview) -> Payload:
        return preview_payload(
            found,
            self._state(found.age_s),
            tops=self.tickets.tops(found),
            large_share=LARGE_SHARE,
            known_as=self.tickets.standing(found),
        )

    def _summary(self, desk: PaperDesk, state: PanelState) -> Payload:
        return trading.summary_payload(
            state,
            value=desk.value(),
            day_start=desk.day_start,
            cash=desk.account.cash,
            positions=desk.positions(),
            ever=desk.account.ledger.positions().values(),
            equity=desk.equity_points().equity,
        )

    def _positions(self, desk: PaperDesk, state: PanelState) -> Payload:
        return trading.positions_payload(
            desk.positions(), state, exits=exits_by_symbol(self._watched())
        )

    def _ended(self, desk: PaperDesk, state: PanelState) -> Payload:
        account = desk.account
        ended = [each for each in account.orders() if not each.state.is_open]
        return trading_orders.ended_payload(
            ended, state, terms_of=account.terms, limits=self._kept().limits
        )

    def _fills(self, _: PaperDesk, state: PanelState) -> Payload:
        return trading.fills_payload(tuple(self._kept().attribution.fills), state)

    def _strategies(self, desk: PaperDesk, state: PanelState) -> Payload:
        prices = {each.symbol: each.mark.price for each in desk.positions()}
        marks = {symbol: price for symbol, price in prices.items() if price is not None}
        return trading.strategies_payload(self._kept().attribution.results(marks), state)

    def _watched(self) -> Sequence[WatchedNow]:
        exits = self._machine.exits
        return () if exits is None else exits.watched()

    def _pairs(self) -> Sequence[PairNow]:
        pairs = self._machine.pairs
        return () if pairs is None else pairs.now()

    def _rules(self) -> str:
        exits = self._machine.exits
        if exits is None:
            return "This deck watches no exits."
        rules, scope = exits.rules_of("account")
        return f"Of the account, by {_SCOPES.get(scope, scope)}: {rules_text(rules)}."

    def _kept(self) -> TradingResults:
        if self._results is None:
            self._results = TradingResults(self.tickets.paper.parts.book)
        return self._results

    def _state(self, age_s: float | None = 0.0) -> PanelState:
        state = steady_state(standing(self._machine), source="paper account")
        return PanelState(state.word, age_s, state.source, state.detail)


def _switch(desk: PaperDesk, state: PanelState) -> Payload:
    account = desk.account
    return trading.switch_payload(account.halted, state, waiting=len(account.open_orders()))


def _open(desk: PaperDesk, state: PanelState) -> Payload:
    return trading_orders.open_payload(desk.account.open_orders(), state, waiting=desk.waiting)


def _limits(desk: PaperDesk, state: PanelState) -> Payload:
    return trading.limits_payload(desk.limits(), state)


def _equity(desk: PaperDesk, state: PanelState) -> Payload:
    points = desk.equity_points()
    return trading.equity_payload(points.ts_ns, points.equity, state)


def _drawdown(desk: PaperDesk, state: PanelState) -> Payload:
    points = desk.equity_points()
    return trading.drawdown_payload(points.ts_ns, points.equity, state)


def _words(params: Params) -> TypedTicket:
    return TypedTicket(**{name: params[name] for name in TICKET.params})
