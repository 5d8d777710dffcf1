"""Everything the quoted chain of one expiry says."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.american_forward import implied_yield
from quantdeck.analytics.options.american_smile import smile_of_american_chain
from quantdeck.analytics.options.parity_check import ParityCheck, check_parity
from quantdeck.analytics.options.profile import expected_move, strike_profile
from quantdeck.analytics.options.reasons import Reason
from quantdeck.analytics.options.skew import skew
from quantdeck.analytics.options.smile import smile_of_chain
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.chains import NO_TIME
from quantdeck.model.errors import ConfigError, NoData
from quantdeck.model.options import ExerciseStyle

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.boxes.types import ExpiryRate
    from quantdeck.analytics.options.profile import ExpectedMove, StrikeProfile
    from quantdeck.analytics.options.skew import Skew
    from quantdeck.analytics.options.smile import Smile
    from quantdeck.analytics.options.surface import FittedSmile
    from quantdeck.model.chains import ExpiryChain


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ExpiryStudy:
    """What one root and expiry says; what could not be computed is None.

    Parameters
    ----------
    chain : ExpiryChain
        The quotes.
    at_ns : int
        When they were seen, UTC. [ns]
    days : float
        Calendar days to the settlement price; NaN where it is past. [days]
    line : ExpiryRate or None
        Of put-call parity; None for options that can be exercised early.
    smile : Smile or None
        Quoted volatilities and greeks.
    parity : ParityCheck or None
        Strikes that contradict parity.
    move : ExpectedMove or None
        To the expiry.
    profile : StrikeProfile or None
        Open interest and gamma.
    fitted : FittedSmile or None
        SVI smile.
    skew : Skew or None
        Of the fitted smile.
    refusal : str
        Why there are no volatilities, or no fitted smile; empty where all is well.
    """

    chain: ExpiryChain
    at_ns: int
    days: float
    line: ExpiryRate | None = None
    smile: Smile | None = None
    parity: ParityCheck | None = None
    move: ExpectedMove | None = None
    profile: StrikeProfile | None = None
    fitted: FittedSmile | None = None
    skew: Skew | None = None
    refusal: str = ""

    @property
    def name(self) -> str:
        """Root and expiry, such as ``SPXW 2026-12-18``."""
        return f"{self.chain.root} {self.chain.expiry}"

    @property
    def oldest_s(self) -> float:
        """Age of the oldest quote that has a volatility; NaN where no age is known. [s]."""
        if self.smile is None:
            return math.nan
        known = np.isfinite(self.smile.quoted.mid)
        times = np.where(self.smile.is_call, self.chain.calls.ts_ns, self.chain.puts.ts_ns)[known]
        times = times[times != NO_TIME]
        return (self.at_ns - int(times.min())) / 1e9 if len(times) else math.nan

    @property
    def left_out(self) -> dict[Reason, int]:
        """How many strikes have no volatility, by the reason of the side out of the money."""
        if self.smile is None:
            return {}
        reasons, counts = np.unique(self.smile.quoted.reason, return_counts=True)
        found = zip(reasons.tolist(), counts.tolist(), strict=True)
        return {Reason(reason): count for reason, count in found if reason != Reason.OK}

    def with_fit(self, fitted: FittedSmile, *, wing: float) -> ExpiryStudy:
        """Return the study with a fitted smile.

        Parameters
        ----------
        fitted : FittedSmile
            The smile.
        wing : float
            Absolute delta of risk reversal and butterfly.

        Returns
        -------
        ExpiryStudy
            A new one.
        """
        return replace(self, fitted=fitted, skew=skew(fitted, delta=wing), refusal="")

    def without_fit(self, reason: str) -> ExpiryStudy:
        """Return the study without a fitted smile.

        Parameters
        ----------
        reason : str
            Why there is none.

        Returns
        -------
        ExpiryStudy
            A new one.
        """
        return replace(self, fitted=None, skew=None, refusal=reason)


def study_expiry(
    chain: ExpiryChain,
    at_ns: int,
    line: ExpiryRate | None,
    *,
    rate_at: Callable[[float], float],
) -> ExpiryStudy:
    """Return what one chain says, but for the fitted smile, which depends on the expiry before.

    Parameters
    ----------
    chain : ExpiryChain
        The quotes.
    at_ns : int
        When they were seen, UTC. [ns]
    line : ExpiryRate or None
        Put-call parity of the same quotes; None for options that can be exercised early.
    rate_at : callable
        Continuous rate of a time in years, for those.

    Returns
    -------
    ExpiryStudy
        Always one: `refusal` says why there are no volatilities.
    """
    tau = us_sessions().vol_time(at_ns, chain.expiry, chain.settlement)
    empty = ExpiryStudy(
        chain=chain, at_ns=at_ns, days=365.0 * tau if tau > 0.0 else math.nan, line=line
    )
    try:
        smile = _smile(chain, at_ns, line, rate_at)
    except (NoData, ConfigError) as error:
        detail = line.detail if line is not None and not line.forward > 0.0 else ""
        return replace(empty, refusal=detail or f"{error}.")
    return replace(
        empty,
        smile=smile,
        parity=check_parity(
            chain,
            at_ns,
            forward=smile.forward,
            discount=smile.discount,
            dividends=_dividends(smile),
        ),
        move=_move(smile),
        profile=_profile(chain, smile),
        refusal="",
    )


def _smile(
    chain: ExpiryChain,
    at_ns: int,
    line: ExpiryRate | None,
    rate_at: Callable[[float], float],
) -> Smile:
    if chain.style is ExerciseStyle.EUROPEAN and line is not None:
        return smile_of_chain(chain, at_ns, forward=line.forward, discount=line.discount)
    tau = us_sessions().vol_time(at_ns, chain.expiry, chain.settlement)
    rate = rate_at(max(tau, 0.0))
    carry = implied_yield(chain, at_ns, rate=rate)
    return smile_of_american_chain(chain, at_ns, rate=rate, dividend_yield=carry)


def _dividends(smile: Smile) -> float:
    # European parity takes none: its forward has them. A yield below 0 is the cost of borrowing a stock,
    # which an arbitrageur may not earn: the bound is not moved by it.
    return max(smile.spot - smile.discount * smile.forward, 0.0) if smile.spot > 0.0 else 0.0


def _move(smile: Smile) -> ExpectedMove | None:
    try:
        return expected_move(smile)
    except NoData:
        return None


def _profile(chain: ExpiryChain, smile: Smile) -> StrikeProfile | None:
    try:
        return strike_profile(chain, smile)
    except NoData:
        return None
