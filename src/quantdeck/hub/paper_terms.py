"""Terms of whatever a paper account may trade, from its symbol and what a vendor says of it."""

from __future__ import annotations

from decimal import Decimal

from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import Instrument, InstrumentKind, venue_of
from quantdeck.model.options import (
    OPTION_VENUE,
    ROOTS,
    UNDERLYING_VENUE,
    ExerciseStyle,
    OptionContract,
    contract_of,
)
from quantdeck.trading.money import exact
from quantdeck.trading.terms import Terms

_DAY_NS = 86_400_000_000_000
_CRYPTO_LOT = Decimal("0.00000001")
_QUOTES = ("USDT", "USDC", "FDUSD", "BUSD", "USD", "EUR", "BTC", "ETH")
_INDICES = {terms.underlying for terms in ROOTS.values()}
_PERPETUAL_VENUES = {"BINANCE-USDM"}
_TRADED_VENUES = {"BINANCE", "BINANCE-USDM", UNDERLYING_VENUE}


def terms_of(symbol: str, instrument: Instrument | None = None) -> Terms:
    """Return the terms of an instrument.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    instrument : Instrument or None
        What a vendor says of it; None goes by the symbol alone.

    Returns
    -------
    Terms
        Of an option by its OSI name and the terms of its root: index roots that `quantdeck.model.options`
        knows pay cash, all others deliver shares. Without a vendor's word a share trades in whole units
        and a coin in steps of 10^-8.

    Raises
    ------
    BadInput
        If it can be no instrument that is traded: an index, or an option whose name is none.

    Examples
    --------
    >>> terms_of("OPRA:AAPL261218C00230000").multiplier
    Decimal('100')
    >>> terms_of("BINANCE-USDM:BTCUSDT").kind.value
    'perpetual'
    """
    if venue_of(symbol) == OPTION_VENUE:
        return option_terms(contract_of(symbol))
    if instrument is None:
        return _by_name(symbol)
    if instrument.kind is InstrumentKind.INDEX:
        raise BadInput(_no_index(symbol))
    return Terms(
        symbol=symbol,
        kind=instrument.kind,
        lot=_lot(instrument),
        currency=instrument.quote,
        is_around_the_clock=venue_of(symbol) != UNDERLYING_VENUE,
        expires_ns=instrument.expiry_ns,
    )


def option_terms(contract: OptionContract) -> Terms:
    """Return the terms of an option.

    Parameters
    ----------
    contract : OptionContract
        As it is listed.

    Returns
    -------
    Terms
        Which end when the settlement price of its day is made.
    """
    is_european = contract.style is ExerciseStyle.EUROPEAN
    return Terms(
        symbol=contract.symbol,
        kind=InstrumentKind.OPTION,
        multiplier=_whole(exact(contract.multiplier, "a multiplier")),
        expires_ns=us_sessions().settlement_ns(contract.expiry, contract.settlement),
        underlying=contract.underlying,
        right=contract.right,
        strike=_whole(exact(contract.strike, "a strike")),
        # Of the roots that are known all European ones are of indices, which cannot be delivered.
        is_cash_settled=is_european,
        is_american=not is_european,
    )


def session_end_ns(terms: Terms, now_ns: int) -> int:
    """Return when an order for the day ends: at the close of this session or the next one.

    Parameters
    ----------
    terms : Terms
        Of what is traded.
    now_ns : int
        When it is placed, UTC. [ns]

    Returns
    -------
    int
        24 hours later where the market never closes, UTC. [ns]

    Examples
    --------
    >>> session_end_ns(terms_of("BINANCE:BTCUSDT"), 0) // 3_600_000_000_000
    24
    """
    if terms.is_around_the_clock:
        return now_ns + _DAY_NS
    closes = us_sessions().close_ns
    return int(closes[min(int(closes.searchsorted(now_ns, side="right")), len(closes) - 1)])


def _by_name(symbol: str) -> Terms:
    venue, _, root = symbol.partition(":")
    if not root:
        raise BadInput(f"{symbol!r} is not a canonical symbol; write VENUE:ROOT, such as US:AAPL")
    if venue not in _TRADED_VENUES:
        raise BadInput(
            f"{symbol} cannot be traded on paper: {venue} has prices of the past only; there are "
            f"{', '.join(sorted(_TRADED_VENUES))} and options",
            field="symbol",
        )
    if venue == UNDERLYING_VENUE:
        if root in _INDICES:
            raise BadInput(_no_index(symbol))
        return Terms(symbol=symbol, kind=InstrumentKind.EQUITY)
    kind = InstrumentKind.PERPETUAL if venue in _PERPETUAL_VENUES else InstrumentKind.SPOT
    quote = next((each for each in _QUOTES if root.endswith(each)), "USD")
    return Terms(
        symbol=symbol, kind=kind, lot=_CRYPTO_LOT, currency=quote, is_around_the_clock=True
    )


def _no_index(symbol: str) -> str:
    return f"{symbol} is an index, which nobody can buy; trade a fund or an option of it"


def _lot(instrument: Instrument) -> Decimal:
    if instrument.lot_size is not None and instrument.lot_size > 0.0:
        return exact(instrument.lot_size, "a lot")
    return Decimal(1) if venue_of(instrument.symbol) == UNDERLYING_VENUE else _CRYPTO_LOT


def _whole(number: Decimal) -> Decimal:
    return Decimal(int(number)) if number == int(number) else number
