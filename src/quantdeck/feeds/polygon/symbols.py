"""How Polygon writes stocks, indices and options, and what that stands for."""

from __future__ import annotations

from quantdeck.feeds.polygon.endpoints import SOURCE
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import Instrument, InstrumentKind, canonical, root_of, venue_of
from quantdeck.model.options import OPTION_VENUE, ROOTS, UNDERLYING_VENUE, contract_of, parse_osi

INDICES = frozenset(terms.underlying for terms in ROOTS.values())
"""Underlyings that are no stock: the vendor writes ``I:`` before them."""

_SESSIONS_PER_YEAR = 252
_STOCK_TICK = 0.01


def checked_symbol(text: str) -> str:
    """Return the canonical symbol of a stock, an index or an option.

    Parameters
    ----------
    text : str
        As typed, or as the vendor writes it.

    Raises
    ------
    BadInput
        If it is none.

    Examples
    --------
    >>> checked_symbol("aapl"), checked_symbol("O:SPXW261218C05000000"), checked_symbol("I:SPX")
    ('US:AAPL', 'OPRA:SPXW261218C05000000', 'US:SPX')
    >>> checked_symbol("SPXW261218C05000000")
    'OPRA:SPXW261218C05000000'
    """
    word = text.strip().upper()
    if word.startswith("O:"):
        return contract_of(word[2:]).symbol
    word = word.removeprefix("I:")
    try:
        parse_osi(word.removeprefix(f"{OPTION_VENUE}:"))
    except BadInput:
        symbol = canonical(word, default_venue=UNDERLYING_VENUE)
    else:
        return contract_of(word).symbol
    if venue_of(symbol) != UNDERLYING_VENUE:
        raise BadInput(
            f"{symbol} is not traded on {SOURCE}; write stocks as US:AAPL and options as "
            "OPRA:SPXW261218C05000000"
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
    >>> checked_stock("brk.b")
    'US:BRK.B'
    """
    symbol = checked_symbol(text)
    if venue_of(symbol) != UNDERLYING_VENUE or root_of(symbol) in INDICES:
        raise BadInput(f"{symbol} is no stock; write stocks as US:AAPL")
    return symbol


def ticker_of(symbol: str) -> str:
    """Return a canonical symbol as the vendor writes it.

    Examples
    --------
    >>> ticker_of("US:AAPL"), ticker_of("US:SPX"), ticker_of("OPRA:SPXW261218C05000000")
    ('AAPL', 'I:SPX', 'O:SPXW261218C05000000')
    """
    root = root_of(symbol)
    if venue_of(symbol) == OPTION_VENUE:
        return f"O:{root}"
    return f"I:{root}" if root in INDICES else root


def is_option(symbol: str) -> bool:
    """Return whether a canonical symbol is that of an option.

    Examples
    --------
    >>> is_option("OPRA:SPXW261218C05000000"), is_option("US:AAPL")
    (True, False)
    """
    return venue_of(symbol) == OPTION_VENUE


def instrument(symbol: str) -> Instrument:
    """Return what a symbol is.

    Examples
    --------
    >>> instrument("US:SPX").kind.value, instrument("US:AAPL").annual_periods
    ('index', 252)
    """
    is_index = root_of(symbol) in INDICES
    stock = InstrumentKind.INDEX if is_index else InstrumentKind.EQUITY
    kind = InstrumentKind.OPTION if is_option(symbol) else stock
    base = contract_of(symbol).underlying if is_option(symbol) else symbol
    return Instrument(
        symbol=symbol,
        kind=kind,
        base=root_of(base),
        quote="USD",
        tick_size=_STOCK_TICK if kind is InstrumentKind.EQUITY else None,
        annual_periods=_SESSIONS_PER_YEAR,
    )
