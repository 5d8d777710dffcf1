"""The volatilities of a chain of American options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.american import AmericanTerms, american_implied_volatility
from quantdeck.analytics.options.black import Implied
from quantdeck.analytics.options.reasons import Reason
from quantdeck.analytics.options.smile import assembled_smile, quoted_side
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from quantdeck.analytics.options.smile import Smile
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
    Parity of American options gives no forward, so it is S exp((r - q) tau) less dividends: at the money
    volatilities of calls and puts disagree where the spot or the dividends are wrong.
    """
    if not chain.spot > 0.0:
        raise NoData(f"the price of the underlying of {chain.root} is not known")
    tau = (sessions or us_sessions()).vol_time(at_ns, chain.expiry, chain.settlement)
    if not tau > 0.0:
        raise NoData(f"{chain.root} {chain.expiry} was settled before this moment")

    def terms(strike: float, *, is_call: bool) -> AmericanTerms:
        return AmericanTerms(chain.spot, strike, tau, rate, is_call, dividend_yield, dividends)

    def solved(price: FloatArray, *, is_call: bool) -> Implied:
        volatility = np.full(len(price), np.nan)
        reason = np.full(len(price), int(Reason.NO_PRICE))
        known = np.flatnonzero(price > 0.0)
        found = american_implied_volatility(
            [terms(float(chain.strikes[i]), is_call=is_call) for i in known], price[known]
        )
        volatility[known], reason[known] = found.volatility, found.reason
        return Implied(volatility, reason)

    calls = quoted_side(chain.calls, lambda price: solved(price, is_call=True))
    puts = quoted_side(chain.puts, lambda price: solved(price, is_call=False))
    money = terms(chain.spot, is_call=True)
    return assembled_smile(chain, at_ns, (tau, money.forward, money.discount), calls, puts)
