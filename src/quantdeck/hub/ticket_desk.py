"""Turns what was typed on the Trading page into tickets, weighs them, and places them."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from quantdeck.hub.shared_work import SharedWork
from quantdeck.model.errors import BadInput, Conflict, NoData, Unconfirmed
from quantdeck.model.instruments import canonical, root_of
from quantdeck.model.options import OPTION_VENUE, UNDERLYING_VENUE
from quantdeck.research.playbook.tickets import ticket_of
from quantdeck.trading.exits import ExitRules
from quantdeck.trading.tickets import OrderState
from quantdeck.trading.typed import TypedTicket, idea_of, ticket_of_words
from quantdeck.views.trading_ticket import placed_text
from quantdeck.views.trading_words import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.hub.machine import Machine
    from quantdeck.hub.paper_desk import PaperDesk
    from quantdeck.hub.playbook_desk import PlaybookDesk
    from quantdeck.trading.account import Standing
    from quantdeck.trading.books import Top
    from quantdeck.trading.paper_now import Preview
    from quantdeck.trading.tickets import Ticket

NO_ACCOUNT = "this deck keeps no paper account: it plays recorded data, or keeps no records"
LARGE_SHARE = 0.25
"""An order for more of the account than this is asked about again. [1]"""

FRESH_NS = 900_000_000
_TWICE_NS = 5_000_000_000
_SHOWN_NS = 10_000_000_000
_PERCENTS = {"stop_loss", "take_profit", "trailing"}
_OSI = re.compile(r"[A-Z]{1,6}\d{6}[CP]\d{8}")


class TicketDesk:
    """Owned by `quantdeck.hub.trading_answers.TradingAnswers`.

    Parameters
    ----------
    machine : Machine
        Whose paper desk takes the tickets.
    playbook : PlaybookDesk
        Knows the ideas.
    """

    def __init__(self, machine: Machine, playbook: PlaybookDesk) -> None:
        self._machine = machine
        self._playbook = playbook
        self._last: tuple[TypedTicket | None, int] = None, 0
        self._previews = SharedWork["TypedTicket", "Preview"](
            machine.clock.monotonic_ns, fresh_ns=FRESH_NS, kept=8
        )

    @property
    def paper(self) -> PaperDesk:
        """The paper desk.

        Raises
        ------
        NoData
            If there is none.
        """
        if self._machine.paper is None:
            raise NoData(NO_ACCOUNT)
        return self._machine.paper

    def known(self, words: TypedTicket) -> Preview | None:
        """Return what was last said of a ticket, and begin to look anew; None where nothing was yet."""
        found = self._previews.known(words, within_ns=_SHOWN_NS)
        if found is not None:
            self._previews.begin(words, lambda: self._weigh(words))
        return found

    async def preview(self, words: TypedTicket) -> Preview:
        """Return what an order would come to; nothing is placed.

        Raises
        ------
        BadInput
            If what was typed cannot be an order; `field` names what is wrong.
        NoData
            If there is no such idea, or no paper account.
        """
        return await self._previews.get(words, lambda: self._weigh(words))

    async def place(self, words: TypedTicket, *, is_confirmed: bool) -> Standing:
        """Place what was typed.

        Parameters
        ----------
        words : TypedTicket
            As typed.
        is_confirmed : bool
            Whether a person has agreed to a large order.

        Returns
        -------
        Standing
            Of the order: filled, or waiting.

        Raises
        ------
        BadInput, NoData
            As `preview`.
        Conflict
            If it is refused, by the name of the limit; or there is another order of that name already, such
            as of the same idea.
        Unconfirmed
            If it is large, or the same was placed a moment ago, and nobody has agreed yet.
        """
        ticket = await self.ticket(words)
        if self.paper.account.knows(ticket.id):
            state = self.paper.account.order(ticket.id).state
            raise Conflict(
                f"the order {ticket.id} was placed before and is {state}; to trade it once more, type "
                "its legs"
            )
        found = await self.paper.preview(ticket)
        is_large = found.share is not None and found.share > LARGE_SHARE
        if is_large and found.refusal is None and not is_confirmed:
            raise Unconfirmed(placed_text(found))
        now_ns = self._machine.clock.monotonic_ns()
        if not is_confirmed and self._last[0] == words and now_ns - self._last[1] < _TWICE_NS:
            raise Unconfirmed("The same order was placed a moment ago. Place it once more?")
        order = await self.paper.place(ticket)
        _check(order, "" if found.refusal is None else found.refusal.limit)
        self._last = words, now_ns
        return order

    async def close(self, symbol: str) -> Standing:
        """Close a position at the market.

        Parameters
        ----------
        symbol : str
            Canonical symbol.

        Returns
        -------
        Standing
            Of the order: filled, or waiting.

        Raises
        ------
        NoData
            If nothing of it is held, or there is no paper account.
        Conflict
            If open orders close it already, or trading is halted.
        """
        order = await self.paper.close(symbol, why="closed on the page")
        _check(order, "kill_switch" if self.paper.account.halted else "")
        return order

    async def cancel_all(self) -> int:
        """Cancel every open order, and return how many there were.

        Raises
        ------
        NoData
            If there is no paper account.
        """
        count = len(self.paper.account.open_orders())
        await self.paper.cancel_all("cancelled on the page")
        return count

    async def set_exits(
        self, name: str, percents: Mapping[str, float | None] | None
    ) -> tuple[str, ExitRules | None]:
        """Set the rules that close what is held, or forget those of a name.

        Parameters
        ----------
        name : str
            ``account``, ``strategy:`` with its name, or a symbol as a person types it.
        percents : mapping of str to float or None
            Fields of `ExitRules`, with shares in percent; None goes back to the wider rules.

        Returns
        -------
        scope : str
            Whose rules were changed.
        rules : ExitRules or None
            Those that count now; None where a strategy closes what it holds itself.

        Raises
        ------
        BadInput
            If the name is no symbol, or several trades are of it.
        NoData
            If nothing of it is held, or this deck watches no exits.
        """
        exits = self._machine.exits
        if exits is None:
            raise NoData(NO_ACCOUNT)
        word = name.strip()
        is_wide = word == "account" or word.startswith("strategy:")
        known = {each.holding.id for each in exits.watched()}
        whose = word if is_wide or word in known else self.symbol(word)
        rules: ExitRules | None = None
        if percents is not None:
            held = exits.rules_of("account")[0]
            confirm_s = ExitRules().confirm_s if held is None else held.confirm_s
            rules = ExitRules(**_shares(percents), confirm_s=confirm_s)
        scope = await exits.set_rules(whose, rules)
        return scope, exits.rules_of(whose)[0]

    async def ticket(self, words: TypedTicket) -> Ticket:
        """Return the ticket that was typed.

        Raises
        ------
        BadInput, NoData
            As `preview`.
        """
        now_ns = self._machine.clock.now_ns()
        return ticket_of_words(
            words,
            name=f"page-{secrets.token_hex(6)}",
            placed_ns=now_ns,
            canonical=self.symbol,
            idea=await self._idea(words.what, now_ns),
        )

    def symbol(self, text: str) -> str:
        """Return the canonical symbol of what a person typed: what is captured or held goes first.

        Parameters
        ----------
        text : str
            Such as ``aapl``, ``BTCUSDT`` or ``SPY261218C00600000``.

        Raises
        ------
        BadInput
            If it is none.
        """
        word = text.strip().upper()
        captured = self._machine.capture.symbols()
        if ":" not in word:
            if _OSI.fullmatch(word):
                return f"{OPTION_VENUE}:{word}"
            paper = self._machine.paper
            held: tuple[str, ...] = () if paper is None else paper.symbols_held()
            for each in (*captured, *held):
                if root_of(each) == word:
                    return each
        try:
            market = self._machine.parts.market
            if market is not None:
                return market.typed(text)
            return canonical(text, default_venue=UNDERLYING_VENUE)
        except BadInput as error:
            raise BadInput(str(error), field="what") from error

    def standing(self, preview: Preview) -> str:
        """Return what became of an order of the same name, in a sentence; empty where there is none."""
        account, name = self.paper.account, preview.ticket.id
        if not account.knows(name):
            return ""
        found = account.order(name)
        return f"this idea is {found.state} already: type its legs to trade it once more"

    def tops(self, preview: Preview) -> dict[str, Top]:
        """Return what the market shows of the legs of a ticket."""
        shown: Mapping[str, Top | None] = {
            leg.symbol: self.paper.tops(leg.symbol) for leg in preview.ticket.legs
        }
        return {symbol: top for symbol, top in shown.items() if top is not None}

    async def _weigh(self, words: TypedTicket) -> Preview:
        return await self.paper.preview(await self.ticket(words))

    async def _idea(self, what: str, now_ns: int) -> Ticket | None:
        named = idea_of(what)
        if named is None:
            return None
        session, root = named
        playbook = await self._playbook.playbook(session)
        found = next((each for each in playbook.entries if root_of(each.symbol) == root), None)
        if found is None:
            raise NoData(f"the playbook of {session} says nothing of {root}")
        return ticket_of(session, found, placed_ns=now_ns)


def _check(order: Standing, limit: str) -> None:
    if order.state is OrderState.REFUSED:
        name = LIMITS.get(limit, limit or "a limit").lower()
        raise Conflict(f"Refused, {name}: {order.why}.")


def _shares(percents: Mapping[str, float | None]) -> dict[str, float | None]:
    return {
        name: value / 100.0 if value is not None and name in _PERCENTS else value
        for name, value in percents.items()
    }


def said_of(order: Standing) -> str:
    """Return what came of placing an order, in a sentence for a toast."""
    match order.state:
        case OrderState.FILLED:
            return "Filled."
        case OrderState.WORKING if order.filled:
            return "Filled in part; the rest waits."
        case _:
            return "Placed: it waits, and says why in Open orders."
