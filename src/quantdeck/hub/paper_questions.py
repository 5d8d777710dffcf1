"""What a paper desk must know of a ticket: whether it can be, its limits, its preview."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.hub.paper_marks import fresh_s, mark_of
from quantdeck.hub.paper_preview import preview
from quantdeck.hub.paper_terms import session_end_ns
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.trading.guard import Question, refusal
from quantdeck.trading.matching import Market, ShownSizes
from quantdeck.trading.money import exact
from quantdeck.trading.paper_now import LimitUse
from quantdeck.trading.tickets import TimeInForce

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from quantdeck.hub.paper_market import PaperMarket
    from quantdeck.hub.paper_parts import PaperParts
    from quantdeck.trading.account import Account
    from quantdeck.trading.books import Top
    from quantdeck.trading.guard import Refusal
    from quantdeck.trading.paper_now import PositionNow, Preview
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket

_ZERO = Decimal(0)
_DOLLARS = {"", "USD", "USDT", "USDC", "FDUSD", "BUSD", "TUSD"}


@dataclass(frozen=True, slots=True)
class Asker:
    """Owned by a `quantdeck.hub.paper_desk.PaperDesk`.

    Parameters
    ----------
    parts : PaperParts
        Limits and costs.
    market : PaperMarket
        Where quotes and terms come from.
    """

    parts: PaperParts
    market: PaperMarket

    def terms(self, account: Account, symbol: str) -> Terms:
        """Return the terms of a symbol: as traded first, else as vendors say them.

        Raises
        ------
        BadInput
            If it can be no instrument that is traded.
        """
        try:
            return account.terms(symbol)
        except NoData:
            return self.market.terms(symbol)

    def check(self, ticket: Ticket, account: Account) -> None:
        """Refuse what can be no order of these instruments.

        Raises
        ------
        BadInput
            If one is an index, is paid in what is no dollar, or the quantity is between two steps.
        """
        for leg in ticket.legs:
            terms = self.market.terms(leg.symbol)
            if terms.currency not in _DOLLARS:
                raise BadInput(
                    f"{leg.symbol} is paid in {terms.currency}, and the account is kept in dollars",
                    field="symbol",
                )
            if ticket.quantity % terms.lot and not self._closes(ticket, account):
                raise BadInput(
                    f"{leg.symbol} trades in steps of {terms.lot:f}, so {ticket.quantity:f} is none",
                    field="quantity",
                )

    def expires_ns(self, ticket: Ticket, now_ns: int) -> int | None:
        """Return when what is left of a ticket will not trade any more, UTC [ns]; None for never."""
        terms = [self.market.terms(leg.symbol) for leg in ticket.legs]
        ends = [each.expires_ns for each in terms if each.expires_ns is not None]
        if ticket.tif is TimeInForce.DAY:
            ends += [session_end_ns(each, now_ns) for each in terms]
        return min(ends, default=None)

    def question(
        self, ticket: Ticket, account: Account, now_ns: int, day_start: Decimal
    ) -> Question:
        """Return what the limits are held to.

        Parameters
        ----------
        ticket : Ticket
            What is asked.
        account : Account
            As it stands.
        now_ns : int
            The time, UTC. [ns]
        day_start : Decimal
            What the account was worth when the day began. [currency]
        """
        terms, marks = self._known(ticket, account, now_ns)
        symbols = [leg.symbol for leg in ticket.legs]
        market = self.market_of(symbols, account, now_ns, ShownSizes())
        risk = preview(ticket, market, marks, account.cash).risk
        return Question(ticket, terms, marks, risk, day_start)

    def refusal_of(
        self,
        ticket: Ticket,
        account: Account,
        tops: Mapping[str, Top],
        now_ns: int,
        day_start: Decimal,
    ) -> Refusal | None:
        """Return the limit that a package of shares or coins is beyond; see `PaperState.refusal_of`."""
        terms, marks = self._known(ticket, account, now_ns)
        for leg in ticket.legs:
            top = tops.get(leg.symbol)
            price = None if top is None else top.ask if leg.ratio > 0 else top.bid
            if price is not None:
                marks[leg.symbol] = exact(price, "a price")
        risk = _size(ticket, terms, marks)
        return refusal(self.parts.guard, account, Question(ticket, terms, marks, risk, day_start))

    def market_of(
        self, symbols: Collection[str], account: Account, now_ns: int, shown: ShownSizes
    ) -> Market:
        """Return what the broker sees of some symbols.

        Parameters
        ----------
        symbols : collection of str
            Canonical symbols.
        account : Account
            Whose terms of them apply.
        now_ns : int
            The time, UTC. [ns]
        shown : ShownSizes
            What is left of the sizes.
        """
        rules = self.parts.rules
        terms = {symbol: self.terms(account, symbol) for symbol in symbols}
        return Market(
            tops={s: top for s in symbols if (top := self.market.top(s)) is not None},
            terms=terms,
            costs={symbol: self.parts.costs(terms[symbol]) for symbol in symbols},
            now_ns=now_ns,
            fresh_s=rules.fresh_s,
            shown=shown,
            fresh_by={symbol: fresh_s(rules, terms[symbol]) for symbol in symbols},
            not_before_ns=account.last_ns,
        )

    def preview(
        self,
        ticket: Ticket,
        account: Account,
        market: Market,
        day_start: Decimal,
        value: Decimal | None,
    ) -> Preview:
        """Return what a ticket would come to, with the limit that it is beyond.

        Parameters
        ----------
        ticket : Ticket
            What is asked.
        account : Account
            As it stands.
        market : Market
            What is shown; its sizes are taken.
        day_start : Decimal
            What the account was worth when the day began. [currency]
        value : Decimal or None
            What it is worth now. [currency]
        """
        now_ns = market.now_ns
        terms, marks = self._known(ticket, account, now_ns)
        seen = preview(ticket, market, marks, account.cash)
        question = Question(ticket, terms, marks, seen.risk, day_start)
        size = _size(ticket, terms, marks)
        return replace(
            seen,
            share=float(size / value) if value is not None and value > 0 else None,
            refusal=refusal(self.parts.guard, account, question),
            expires_ns=self.expires_ns(ticket, now_ns),
        )

    def closable(self, account: Account, symbol: str) -> Decimal:
        """Return what of a position no open order closes, in contracts or units, with its sign.

        Raises
        ------
        NoData
            If nothing is held.
        Conflict
            If open orders close all of it.
        """
        held = account.positions().get(symbol)
        if held is None:
            raise NoData(f"nothing is held of {symbol}")
        quantity = held.quantity / account.terms(symbol).multiplier
        closing = sum(
            (
                order.left * leg.ratio
                for order in account.open_orders()
                for leg in order.ticket.legs
                if leg.symbol == symbol and (leg.ratio > 0) != (quantity > 0)
            ),
            _ZERO,
        )
        left = quantity + closing
        if not left or (left > 0) != (quantity > 0):
            raise Conflict(f"open orders close all of {symbol} already; cancel them first")
        return left

    def limits(
        self, positions: Sequence[PositionNow], day_start: Decimal, value: Decimal | None
    ) -> list[LimitUse]:
        """Return the limits of the account and how much of each is used.

        Parameters
        ----------
        positions : sequence of PositionNow
            What is held.
        day_start : Decimal
            What the account was worth when the day began. [currency]
        value : Decimal or None
            What it is worth now. [currency]
        """
        guard = self.parts.guard
        by_name: dict[str, Decimal] = {}
        for each in positions:
            name = each.terms.underlying or each.symbol
            by_name[name] = by_name.get(name, _ZERO) + abs(each.value or _ZERO)
        lost = None if value is None else max(_ZERO, day_start - value)
        found = [
            LimitUse("max_day_loss", "", guard.max_day_loss, lost),
            LimitUse("max_exposure", "", guard.max_exposure, sum(by_name.values(), _ZERO)),
        ]
        found += [LimitUse("max_symbol", s, guard.max_symbol, used) for s, used in by_name.items()]
        if not by_name:
            found.append(LimitUse("max_symbol", "", guard.max_symbol, _ZERO))
        found += [LimitUse("max_risk", s, most, None) for s, most in guard.max_risk.items()]
        return found

    def _closes(self, ticket: Ticket, account: Account) -> bool:
        # A split may leave a part of a share, which can be sold with all the others.
        held = account.positions().get(ticket.legs[0].symbol)
        if held is None or not ticket.is_single:
            return False
        terms = account.terms(held.symbol)
        return held.quantity == -ticket.quantity * ticket.legs[0].ratio * terms.multiplier

    def _known(
        self, ticket: Ticket, account: Account, now_ns: int
    ) -> tuple[dict[str, Terms], dict[str, Decimal]]:
        ways = {leg.symbol: leg.ratio > 0 for leg in ticket.legs}
        ways |= {
            leg.symbol: leg.ratio > 0
            for order in account.open_orders()
            for leg in order.ticket.legs
        }
        ways |= {symbol: held.quantity > 0 for symbol, held in account.positions().items()}
        terms = {symbol: self.terms(account, symbol) for symbol in ways}
        marks: dict[str, Decimal] = {}
        for symbol, is_long in ways.items():
            for side in (is_long, not is_long):
                mark = mark_of(
                    self.market,
                    terms[symbol],
                    is_long=side,
                    now_ns=now_ns,
                    rules=self.parts.rules,
                )
                if mark.price is not None:
                    marks[symbol] = mark.price
                    break
        return terms, marks


def _size(ticket: Ticket, terms: Mapping[str, Terms], marks: Mapping[str, Decimal]) -> Decimal:
    units = {
        leg.symbol: abs(ticket.quantity * leg.ratio * terms[leg.symbol].multiplier)
        for leg in ticket.legs
        if leg.symbol in marks
    }
    return sum((each * marks[symbol] for symbol, each in units.items()), _ZERO)
