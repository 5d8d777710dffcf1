"""The volatilities that one expiry is quoted at, strike by strike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.black import OptionTerms, greeks, implied_volatility
from quantdeck.analytics.options.reasons import Reason
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import NoData
from quantdeck.model.options import ExerciseStyle

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from quantdeck.analytics.options.black import Greeks, Implied
    from quantdeck.analytics.sessions import Sessions
    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray
    from quantdeck.model.chains import ExpiryChain, SideQuotes
    from quantdeck.model.options import Settlement


class QuotedPrice(StrEnum):
    """Which price a volatility is taken from."""

    BID = "bid"
    MID = "mid"
    ASK = "ask"


@dataclass(frozen=True, slots=True, eq=False)
class QuotedVolatility:
    """Implied volatilities of the quotes of calls, or of puts; arrays of shape (strikes,).

    Parameters
    ----------
    bid, mid, ask : array
        NaN where there is none. A bid of 0 has none; a mid needs both sides. [1/sqrt(year)]
    reason : array of int64
        `Reason` of the mid.
    """

    bid: FloatArray
    mid: FloatArray
    ask: FloatArray
    reason: IntArray

    def at(self, price: QuotedPrice) -> FloatArray:
        """Return the volatilities of one of the prices.

        Parameters
        ----------
        price : QuotedPrice
            Which.

        Returns
        -------
        array
            [1/sqrt(year)]
        """
        return {"bid": self.bid, "mid": self.mid, "ask": self.ask}[price.value]

    def where(self, chosen: BoolArray, other: QuotedVolatility) -> QuotedVolatility:
        """Return these where chosen, the others elsewhere.

        Parameters
        ----------
        chosen : array of bool, shape (strikes,)
            True takes this one.
        other : QuotedVolatility
            On the same strikes.

        Returns
        -------
        QuotedVolatility
            New arrays.
        """
        return QuotedVolatility(
            np.where(chosen, self.bid, other.bid),
            np.where(chosen, self.mid, other.mid),
            np.where(chosen, self.ask, other.ask),
            np.where(chosen, self.reason, other.reason),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Smile:
    """Quoted volatilities and greeks of one root and expiry; arrays of shape (strikes,).

    Parameters
    ----------
    root : str
        First part of the OSI names.
    expiry : datetime.date
        Day of the settlement price.
    settlement : Settlement
        Opening or closing prices.
    at_ns : int
        When it was seen, UTC. [ns]
    tau : float
        To the settlement price, ACT/365. [years]
    forward, discount : float
        Of put-call parity, or as handed in.
    spot : float
        NaN where not known. [price]
    strikes : array
        Ascending. [price]
    log_moneyness : array
        ln(K / F).
    is_call : array of bool
        Side out of the money: calls at and above the forward, puts below.
    relative_spread : array
        Spread over mid of the side out of the money.
    quoted : QuotedVolatility
        Of the side out of the money.
    calls, puts : QuotedVolatility
        Of both sides; in the money they repeat errors of the forward and have few digits.
    call_greeks, put_greeks : Greeks
        At the mid volatility of the side out of the money, for both rights.
    """

    root: str
    expiry: date
    settlement: Settlement
    at_ns: int
    tau: float
    forward: float
    discount: float
    spot: float
    strikes: FloatArray
    log_moneyness: FloatArray
    is_call: BoolArray
    relative_spread: FloatArray
    quoted: QuotedVolatility
    calls: QuotedVolatility
    puts: QuotedVolatility
    call_greeks: Greeks
    put_greeks: Greeks

    @property
    def days(self) -> float:
        """Calendar days to the settlement price."""
        return 365.0 * self.tau


def smile_of_chain(
    chain: ExpiryChain,
    at_ns: int,
    *,
    forward: float,
    discount: float,
    sessions: Sessions | None = None,
) -> Smile:
    """Return the volatilities that bids, mids and asks of a chain imply.

    Parameters
    ----------
    chain : ExpiryChain
        One root and expiry of European options.
    at_ns : int
        When it was seen, UTC. [ns]
    forward, discount : float
        Of its own put-call parity: `ExpiryRate.forward` and `.discount` of `boxes.rate_of_chain`.
    sessions : Sessions, optional
        When settlement prices are made; those of US options where not given.

    Returns
    -------
    Smile
        One row per strike, with the reason where there is no volatility.

    Raises
    ------
    NoData
        If there is no forward, the expiry is past, or exercise is American: European formulas would
        call the right to early exercise volatility (`smile_of_american_chain` does not).

    Notes
    -----
    Time runs to the settlement price, at the open (AM) or the close (PM) of the expiry, in calendar time.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> chain, at_ns = example_chain()
    >>> smile = smile_of_chain(chain, at_ns, forward=6080.0, discount=0.9795)
    >>> smile.quoted.mid[[2, 7, 12]].round(3), round(smile.days, 1)
    (array([0.183, 0.162, 0.176]), 188.9)
    """
    if chain.style is not ExerciseStyle.EUROPEAN:
        raise NoData(
            f"{chain.root} can be exercised early: European formulas give no volatility; "
            "use smile_of_american_chain"
        )
    if not (forward > 0.0 and discount > 0.0):
        raise NoData(f"{chain.root} {chain.expiry} has no forward: parity could not be fitted")
    tau = (sessions or us_sessions()).vol_time(at_ns, chain.expiry, chain.settlement)
    if not tau > 0.0:
        raise NoData(f"{chain.root} {chain.expiry} was settled before this moment")
    calls, puts = (
        quoted_side(
            side,
            lambda price, right=right: implied_volatility(
                OptionTerms.of(forward, chain.strikes, tau=tau, is_call=right, discount=discount),
                price,
            ),
        )
        for side, right in ((chain.calls, True), (chain.puts, False))
    )
    return assembled_smile(chain, at_ns, (tau, forward, discount), calls, puts)


def assembled_smile(
    chain: ExpiryChain,
    at_ns: int,
    terms: tuple[float, float, float],
    calls: QuotedVolatility,
    puts: QuotedVolatility,
) -> Smile:
    """Return a smile of volatilities of calls and puts, with the greeks of the side out of the money.

    Parameters
    ----------
    chain : ExpiryChain
        Quotes.
    at_ns : int
        When it was seen, UTC. [ns]
    terms : tuple of float
        Time, forward and discount factor.
    calls, puts : QuotedVolatility
        On the strikes of the chain.

    Returns
    -------
    Smile
        One row per strike.
    """
    tau, forward, discount = terms
    strikes = chain.strikes
    is_call = strikes >= forward
    quoted = calls.where(is_call, puts)
    bid = np.where(is_call, chain.calls.bid, chain.puts.bid)
    ask = np.where(is_call, chain.calls.ask, chain.puts.ask)
    call_greeks, put_greeks = (
        greeks(
            OptionTerms.of(
                forward, strikes, tau=tau, is_call=right, discount=discount, spot=chain.spot
            ),
            quoted.mid,
        )
        for right in (True, False)
    )
    return Smile(
        root=chain.root,
        expiry=chain.expiry,
        settlement=chain.settlement,
        at_ns=at_ns,
        tau=tau,
        forward=forward,
        discount=discount,
        spot=chain.spot,
        strikes=strikes,
        log_moneyness=np.log(strikes / forward),
        is_call=is_call,
        relative_spread=2.0 * (ask - bid) / np.where(ask + bid > 0.0, ask + bid, np.nan),
        quoted=quoted,
        calls=calls,
        puts=puts,
        call_greeks=call_greeks,
        put_greeks=put_greeks,
    )


def greeks_at(smile: Smile, price: QuotedPrice, *, is_call: bool) -> Greeks:
    """Return the greeks at the volatility of one of the quoted prices.

    Parameters
    ----------
    smile : Smile
        Quoted volatilities of the side out of the money.
    price : QuotedPrice
        Bid, mid or ask.
    is_call : bool
        Of calls, or of puts.

    Returns
    -------
    Greeks
        One row per strike; NaN where there is no volatility.
    """
    if price is QuotedPrice.MID:
        return smile.call_greeks if is_call else smile.put_greeks
    terms = OptionTerms.of(
        smile.forward,
        smile.strikes,
        tau=smile.tau,
        is_call=is_call,
        discount=smile.discount,
        spot=smile.spot,
    )
    return greeks(terms, smile.quoted.at(price))


def quoted_side(side: SideQuotes, solve: Callable[[FloatArray], Implied]) -> QuotedVolatility:
    """Return the volatilities of bids, mids and asks, and why a mid has none.

    Parameters
    ----------
    side : SideQuotes
        Calls or puts.
    solve : callable
        Volatilities of prices on all strikes.

    Returns
    -------
    QuotedVolatility
        One row per strike.
    """
    bid = solve(np.where(side.bid > 0.0, side.bid, np.nan))
    mid = solve(0.5 * (side.bid + side.ask))
    ask = solve(side.ask)
    reason = mid.reason
    reason[~(side.bid > 0.0)] = Reason.ZERO_BID
    reason[~(side.ask > 0.0)] = Reason.NO_QUOTE
    reason[side.bid > side.ask] = Reason.CROSSED
    volatility = np.where(reason == Reason.OK, mid.volatility, np.nan)
    return QuotedVolatility(bid.volatility, volatility, ask.volatility, reason)
