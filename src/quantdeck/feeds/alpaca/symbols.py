"""Which symbols Alpaca has, and what they stand for."""

from __future__ import annotations

from quantdeck.feeds.alpaca.decode import SOURCE
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import Instrument, InstrumentKind, canonical, root_of, venue_of
from quantdeck.model.options import OPTION_VENUE, ROOTS, UNDERLYING_VENUE, contract_of

INDICES = frozenset(terms.underlying for terms in ROOTS.values())
"""Underlyings that are no stock, so that Alpaca has no quotes of them."""

_SESSIONS_PER_YEAR = 252
_STOCK_TICK = 0.01


def checked_symbol(text: str) -> str:
    """Return the canonical symbol of an option or an underlying.

    Raises
    ------
    BadInput
        If it is neither.

    Examples
    --------
    >>> checked_symbol("opra:spxw261218c05000000"), checked_symbol("US:spy")
    ('OPRA:SPXW261218C05000000', 'US:SPY')
    """
    symbol = canonical(text, default_venue=OPTION_VENUE)
    if venue_of(symbol) == OPTION_VENUE:
        return contract_of(symbol).symbol
    if venue_of(symbol) != UNDERLYING_VENUE:
        raise BadInput(
            f"{symbol} is not traded on {SOURCE}; write options as OPRA:SPXW261218C05000000 and "
            "underlyings as US:SPY"
        )
    return symbol


def checked_stock(text: str) -> str:
    """Return the canonical symbol of a stock.

    Raises
    ------
    BadInput
        If it is none.

    Examples
    --------
    >>> checked_stock("spy"), checked_stock("US:brk.b")
    ('US:SPY', 'US:BRK.B')
    """
    symbol = canonical(text, default_venue=UNDERLYING_VENUE)
    if venue_of(symbol) != UNDERLYING_VENUE:
        raise BadInput(f"{symbol} is no stock on {SOURCE}; write stocks as US:SPY")
    if root_of(symbol) in INDICES:
        raise BadInput(f"{symbol} is an index, of which {SOURCE} has neither trades nor quotes")
    return symbol


def instrument(symbol: str, underlying: str) -> Instrument:
    """Return what an option or an underlying is.

    Examples
    --------
    >>> instrument("US:SPX", "US:SPX").kind.value
    'index'
    """
    is_option = venue_of(symbol) == OPTION_VENUE
    stock = InstrumentKind.INDEX if root_of(symbol) in INDICES else InstrumentKind.EQUITY
    kind = InstrumentKind.OPTION if is_option else stock
    return Instrument(
        symbol=symbol,
        kind=kind,
        base=root_of(underlying),
        quote="USD",
        tick_size=_STOCK_TICK if kind is InstrumentKind.EQUITY else None,
        annual_periods=_SESSIONS_PER_YEAR,
    )
