"""Tickers and what they stand for: stocks, and options as ``O:AAPL261218C00240000``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from quantdeck.model.options import Right
from quantdeck.sims.polygon.refusals import Refusal
from quantdeck.sims.stocks.contracts import Contract

if TYPE_CHECKING:
    from quantdeck.sims.polygon.venue import Venue
    from quantdeck.sims.stocks.listing import Stock
    from quantdeck.sims.stocks.ticks import Ticks

_OPTION = re.compile(r"O:([A-Z]{1,6})(\d{2})(\d{2})(\d{2})([CP])(\d{8})")


@dataclass(frozen=True, slots=True)
class Instrument:
    """A stock, or an option on it.

    Parameters
    ----------
    ticker : str
        As the vendor writes it.
    stock : Stock
        The stock, or the underlying.
    contract : Contract or None
        The option.
    """

    ticker: str
    stock: Stock
    contract: Contract | None = None

    def trades(self, venue: Venue, minute: int) -> Ticks:
        """Return the trades of a minute since 1970."""
        if self.contract is None:
            return venue.market.ticks.trades(self.stock, minute)
        return venue.option_ticks.trades(self.contract, minute)

    def quotes(self, venue: Venue, minute: int) -> Ticks:
        """Return the quotes of a minute since 1970."""
        if self.contract is None:
            return venue.market.ticks.quotes(self.stock, minute)
        return venue.option_ticks.quotes(self.contract, minute)


def contract_of(ticker: str) -> Contract | None:
    """Return the option that a ticker stands for, None where it is none.

    Examples
    --------
    >>> contract_of("O:AAPL261218C00240000").strike
    240.0
    """
    found = _OPTION.fullmatch(ticker)
    if found is None:
        return None
    root, year, month, day, letter, strike = found.groups()
    try:
        expiry = date(2000 + int(year), int(month), int(day))
    except ValueError:
        return None
    right = Right.CALL if letter == "C" else Right.PUT
    return Contract(root, expiry, right, int(strike) / 1_000)


def instrument_of(venue: Venue, ticker: str) -> Instrument | None:
    """Return what a ticker stands for, None where nothing is listed under it."""
    contract = contract_of(ticker)
    stock = venue.market.stocks.get(ticker if contract is None else contract.underlying)
    if stock is None or (contract is not None and not stock.has_options):
        return None
    return Instrument(ticker, stock, contract)


def asked_for(venue: Venue, ticker: str) -> Instrument:
    """Return what a ticker stands for.

    Raises
    ------
    Refusal
        If nothing is listed under it.
    """
    found = instrument_of(venue, ticker)
    if found is None:
        raise Refusal(404, f"Ticker not found: {ticker}")
    return found
