"""The volatilities of a chain of American options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.american import AmericanTerms, american_implied_volatility
from quantdeck.analytics.options.black import Implied, OptionTerms, implied_volatility
from quantdeck.analytics.options.reasons import Reason
from quantdeck.analytics.options.smile import assembled_smile, quoted_side
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from quantdeck.analytics.options.smile import QuotedVolatility, Smile
    from quantdeck.analytics.sessions import Sessions
    from quantdeck.analytics.types import FloatArray
    from quantdeck.model.chains import ExpiryChain


def smile_of_american_chain(
    chain: ExpiryChain,
    at_ns: int,
    *,
    rate: float,
    dividend_yield: float = 0.0,
    dividends: tuple[tuple[float, float], ...] = (),
    sessions: Sessions | None = None,
) -> Smile:
    """Return the volatilities of a chain that can be exercised early.

    Parameters
    ----------
    chain : ExpiryChain
        One root and expiry, with the price of the underlying.
    at_ns : int
        When it was seen, UTC. [ns]
    rate, dividend_yield : float
        Continuously compounded. [1/year]
    dividends : tuple of (float, float)
        Cash dividends until the expiry: years from now, and amount.
    sessions : Sessions, optional
        When settlement prices are made; those of US options where not given.

    Returns
    -------
    Smile
        Volatilities of the American price; greeks of the European option at that volatility, which out of
        the money differ little.

    Raises
    ------
    NoData
        If the price of the underlying is not known or the expiry is past.
    ConfigError
        If QuantLib is not installed.

    Notes
    -----
    Volatilities of bids and asks are European ones plus what the right to exercise early takes off that of
    the mid: solved one by one they are the same to a few hundredths of a point, at three times the cost.

    Parity of American options gives no forward, so it is S exp((r - q) tau) less dividends: at the money
    volatilities of calls and puts disagree where the spot or the dividends are wrong.
    """
    if not chain.spot > 0.0:
        raise NoData(f"the price of the underlying of {chain.root} is not known")
    tau = (sessions or us_sessions()).vol_time(at_ns, chain.expiry, chain.settlement)
    if not tau > 0.0:
        raise NoData(f"{chain.root} {chain.expiry} was settled before this moment")

    priced = _Priced(chain, tau, rate, dividend_yield, dividends)
    calls, puts = priced.quoted(is_call=True), priced.quoted(is_call=False)
    money = priced.terms(chain.spot, is_call=True)
    return assembled_smile(chain, at_ns, (tau, money.forward, money.discount), calls, puts)


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    chain: ExpiryChain
    tau: float
    rate: float
    carry: float
    dividends: tuple[tuple[float, float], ...]

    def terms(self, strike: float, *, is_call: bool) -> AmericanTerms:
        spot = self.chain.spot
        return AmericanTerms(spot, strike, self.tau, self.rate, is_call, self.carry, self.dividends)

    def quoted(self, *, is_call: bool) -> QuotedVolatility:
        side = self.chain.calls if is_call else self.chain.puts
        middle = 0.5 * (side.bid + side.ask)
        exact = self._solved(middle, is_call=is_call)
        premium = exact.volatility - self._european(middle, is_call=is_call)

        def solve(price: FloatArray) -> Implied:
            if np.array_equal(price, middle, equal_nan=True):
                return exact
            found = self._european(price, is_call=is_call) + premium
            missing = (price > 0.0) & ~(found > 0.0)
            rest = self._solved(np.where(missing, price, np.nan), is_call=is_call)
            volatility = np.where(missing, rest.volatility, found)
            return Implied(volatility, np.where(missing, rest.reason, 0))

        return quoted_side(side, solve)

    def _solved(self, price: FloatArray, *, is_call: bool) -> Implied:
        volatility = np.full(len(price), np.nan)
        reason = np.full(len(price), int(Reason.NO_PRICE))
        known = np.flatnonzero(price > 0.0)
        strikes = self.chain.strikes[known].tolist()
        terms = [self.terms(strike, is_call=is_call) for strike in strikes]
        found = american_implied_volatility(terms, price[known])
        volatility[known], reason[known] = found.volatility, found.reason
        return Implied(volatility, reason)

    def _european(self, price: FloatArray, *, is_call: bool) -> FloatArray:
        money = self.terms(self.chain.spot, is_call=is_call)
        given = OptionTerms.of(
            money.forward,
            self.chain.strikes,
            tau=self.tau,
            is_call=is_call,
            discount=money.discount,
        )
        return implied_volatility(given, price).volatility
