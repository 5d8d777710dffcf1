"""Paper trading in a running deck: orders in, fills at live quotes, what is held at its mark.

Everything runs on the event loop; what waits for the disk is sent to a thread. Open orders are looked at
when a quote of theirs has changed, several times a second at most, and not once per event.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from msgspec.structs import replace as renewed

from quantdeck.hub.paper_carry import Carry
from quantdeck.hub.paper_keeper import PaperKeeper
from quantdeck.hub.paper_state import LOOK_NS, PaperState, is_own
from quantdeck.model.errors import Conflict, QuantdeckError
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import OPTION_VENUE
from quantdeck.trading import broker, journal
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import Ticket, single

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from decimal import Decimal

    from quantdeck.hub.paper_market import PaperMarket
    from quantdeck.hub.paper_parts import PaperParts
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.ports.clock import Clock
    from quantdeck.trading.account import Account, Standing
    from quantdeck.trading.books import Top
    from quantdeck.trading.paper_now import Preview

__all__ = ["NOTHING_KEPT", "PaperDesk"]

NOTHING_KEPT = "this deck keeps no paper account: it plays recorded data"

_LOG = logging.getLogger(__name__)
_WORK_S = 0.1
_REFRESH_S = 60.0
_FETCH_S = 5.0


class PaperDesk(PaperState):
    """One account in a deck. Owned by the machine.

    Parameters
    ----------
    parts : PaperParts
        What it is put together from.
    market : PaperMarket
        Where quotes and terms come from.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, parts: PaperParts, market: PaperMarket, clock: Clock) -> None:
        super().__init__(parts, market, clock)
        self._keeper = PaperKeeper(parts.book)
        self._looked: dict[str, Top] = {}
        self._carry = Carry()
        self._callbacks: list[Callable[[Sequence[journal.AnyEvent]], None]] = []
        self._revision = 0
        self._book.on_events(self._told)

    @property
    def revision(self) -> int:
        """Changes with every event and every point of equity; marks change beside it."""
        return self._revision + self._curve.revision

    @property
    def unsettled(self) -> list[str]:
        """Underlyings of ended options that have no settlement price yet."""
        return self._carry.missing

    def on_events(self, callback: Callable[[Sequence[journal.AnyEvent]], None]) -> None:
        """Tell of events from now on, once they are kept, whoever caused them.

        Parameters
        ----------
        callback : callable
            Given the events, oldest first, on the event loop.
        """
        self._callbacks.append(callback)

    def run(self, supervisor: Supervisor) -> None:
        """Start the tasks; returns at once."""
        supervisor.start("paper", self._work)
        supervisor.start("paper carry", self._mind)
        supervisor.start("paper quotes", self._ask)

    async def commit(
        self, decide: Callable[[Account], list[journal.AnyEvent]]
    ) -> list[journal.AnyEvent]:
        """Keep what is decided, then let orders trade that came of it.

        Parameters
        ----------
        decide : callable
            Given the account, what happens next; must leave it as it is, and may be asked more than once.

        Returns
        -------
        list of Event
            What was kept.

        Raises
        ------
        Conflict
            If the deck is ending, or another process is always first.
        StoreError
            If it cannot be kept.
        """
        events = await self._keeper.commit(decide)
        placed = [event.ticket for event in events if isinstance(event, journal.Placed)]
        if placed:
            await self._trade({leg.symbol for ticket in placed for leg in ticket.legs})
        return events

    async def load(self) -> None:
        """Read the points of equity anew, and what other processes have kept."""
        await asyncio.to_thread(self._curve.load)
        await self._keeper.refresh()

    async def stop(self) -> None:
        """Wait for what is being kept. Idempotent."""
        await self._keeper.stop()

    async def place(self, ticket: Ticket) -> Standing:
        """Take a ticket, or refuse it, and let it trade with what is shown now.

        Parameters
        ----------
        ticket : Ticket
            What is asked. The same name again is the same order and does nothing, whenever it is handed
            in.

        Returns
        -------
        Standing
            What has become of it: working, filled, or refused, with the limit and its figures.

        Raises
        ------
        BadInput
            If it cannot be an order: an index, a quantity between two steps.
        Conflict
            If another ticket has that name.
        StoreError
            If it cannot be kept: then it is not taken.
        """
        self._asker.check(ticket, self.account)
        await self._fetch(leg.symbol for leg in ticket.legs)

        def decide(account: Account) -> list[journal.AnyEvent]:
            now_ns = self._now_ns()
            asked = _as_first(ticket, account, now_ns)
            question = self._asker.question(asked, account, now_ns, self.day_start)
            expires_ns = self._asker.expires_ns(asked, now_ns)
            guard = self.parts.guard
            return broker.place(account, guard, question, now_ns=now_ns, expires_ns=expires_ns)

        if not await self.commit(decide) and self.account.order(ticket.id).state.is_open:
            await self._trade({leg.symbol for leg in ticket.legs})
        return self.account.order(ticket.id)

    async def preview(self, ticket: Ticket) -> Preview:
        """Return what a ticket would come to if it were placed now; nothing is placed.

        Parameters
        ----------
        ticket : Ticket
            What is asked.

        Returns
        -------
        Preview

        Raises
        ------
        BadInput
            If it cannot be an order.
        """
        self._asker.check(ticket, self.account)
        symbols = {leg.symbol for leg in ticket.legs}
        await self._fetch(s for s in symbols if venue_of(s) == OPTION_VENUE)
        market = self._shown_market(symbols, self._shown.copy())
        return self._asker.preview(ticket, self.account, market, self.day_start, self.value())

    async def cancel(self, order_id: str, why: str) -> Standing:
        """Take an order back; what of it has traded stays.

        Parameters
        ----------
        order_id : str
            Its name.
        why : str
            Who asked for it.

        Returns
        -------
        Standing
            As it is now.

        Raises
        ------
        NoData
            If there is none.
        Conflict
            If it has ended in another way.
        """
        await self._keeper.commit(
            lambda account: broker.cancel(account, order_id, now_ns=self._now_ns(), why=why)
        )
        return self.account.order(order_id)

    async def cancel_all(self, why: str) -> list[Standing]:
        """Take every open order back, and return them.

        Parameters
        ----------
        why : str
            Who asked for it.
        """
        names = [order.ticket.id for order in self.account.open_orders()]

        def decide(account: Account) -> list[journal.AnyEvent]:
            return [
                event
                for order in account.open_orders()
                for event in broker.cancel(account, order.ticket.id, now_ns=self._now_ns(), why=why)
            ]

        await self._keeper.commit(decide)
        return [self.account.order(name) for name in names]

    async def close(
        self, symbol: str, quantity: Decimal | None = None, *, why: str = "close"
    ) -> Standing:
        """Place a market order that closes a position, or a part of it.

        Parameters
        ----------
        symbol : str
            What is held.
        quantity : Decimal or None
            Units, or contracts of an option; None for all that no other open order closes.
        why : str
            Note of the order.

        Returns
        -------
        Standing

        Raises
        ------
        NoData
            If nothing of it is held.
        Conflict
            If open orders close it already, or more is to be closed than is held.
        """
        left = self._asker.closable(self.account, symbol)
        wanted = abs(left) if quantity is None else quantity
        if wanted > abs(left):
            raise Conflict(
                f"{abs(left):f} of {symbol} can be closed, not {wanted:f}: open orders close the rest"
            )
        ticket = single(
            f"close-{symbol.replace(':', '-')}-{self.account.count}",
            Side.SELL if left > 0 else Side.BUY,
            symbol,
            wanted,
            placed_ns=self._now_ns(),
            origin="close",
            note=why,
        )
        return await self.place(ticket)

    async def halt(self, why: str) -> None:
        """Take no order and let none trade until `resume`; what is open stays open.

        Parameters
        ----------
        why : str
            Who asked for it, and why.
        """
        await self._keeper.commit(
            lambda account: (
                []
                if account.halted
                else [journal.Halted(ts_ns=self._event_ns(account), why=why or "halted")]
            )
        )

    async def resume(self, note: str = "") -> None:
        """Take orders again, and let open ones trade.

        Parameters
        ----------
        note : str
            Who asked for it.
        """
        await self._keeper.commit(
            lambda account: (
                [journal.Resumed(ts_ns=self._event_ns(account), note=note)]
                if account.halted
                else []
            )
        )

    async def _work(self) -> None:
        while True:
            seen = {symbol: self._market.top(symbol) for symbol in self._open_symbols()}
            changed = {s for s, top in seen.items() if top and top != self._looked.get(s)}
            if changed or self._is_any_over():
                await self._trade(changed)
            await self._clock.sleep(_WORK_S)

    async def _mind(self) -> None:
        while True:
            await self.look()
            await self._clock.sleep(LOOK_NS / 1e9)

    async def _ask(self) -> None:
        while True:
            await self._market.refresh(self._open_symbols() | set(self.account.positions()))
            await self._clock.sleep(_REFRESH_S)

    async def _fetch(self, symbols: Iterable[str]) -> None:
        # Chains that nobody looked at yet, and the last close of a share that is not captured.
        missing = [symbol for symbol in symbols if self._market.top(symbol) is None]
        if missing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FETCH_S):
                    await self._market.refresh(missing)

    async def look(self) -> None:
        """Take what others kept and what fell due, and note what the account is worth; once a second."""
        await self._keeper.refresh()
        now_ns = self._now_ns()
        self._carry.observe(self.account, self._market, now_ns)
        await self._keeper.commit(
            lambda account: self._carry.due(account, self._market, self._now_ns())
        )
        self._carry.forget(self.account, now_ns)
        await self._curve.note(now_ns, self.value(), self.account.cash)

    async def _trade(self, symbols: Collection[str]) -> None:
        tops = {symbol: self._market.top(symbol) for symbol in symbols}
        shown = self._shown

        def decide(account: Account) -> list[journal.AnyEvent]:
            nonlocal shown
            shown = self._shown.copy()
            market = self._shown_market(self._open_symbols(), shown)
            return broker.work(account, market, symbols=symbols, mine=is_own)[0]

        def then() -> None:
            self._shown = shown

        await self._keeper.commit(decide, then)
        self._looked |= {symbol: top for symbol, top in tops.items() if top is not None}

    def _told(self, events: Sequence[journal.AnyEvent]) -> None:
        self._revision += len(events)
        self._waiting = -LOOK_NS, {}
        if any(isinstance(event, journal.Placed | journal.Resumed) for event in events):
            # What came in is looked at with the quotes that are there, not only with the next ones.
            self._looked.clear()
        self._curve.is_due = True
        for callback in self._callbacks:
            try:
                callback(events)
            except QuantdeckError:
                _LOG.exception("paper events could not be passed on account=%s", self.name)

    def _is_any_over(self) -> bool:
        now_ns = self._event_ns(self.account)
        return any(
            order.expires_ns is not None and now_ns >= order.expires_ns
            for order in self.account.open_orders()
        )


def _as_first(ticket: Ticket, account: Account, now_ns: int) -> Ticket:
    # A ticket that is handed in again was decided later; it is the same one for all that.
    if account.knows(ticket.id):
        return renewed(ticket, placed_ns=account.order(ticket.id).ticket.placed_ns)
    return renewed(ticket, placed_ns=min(ticket.placed_ns, now_ns))
