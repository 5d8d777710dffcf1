"""Why an option has no implied volatility."""

from __future__ import annotations

from enum import IntEnum


class Reason(IntEnum):
    """What stands in the way of a volatility; the first that applies."""

    OK = 0
    """There is one."""
    NO_PRICE = 1
    """The price is absent or negative."""
    BELOW_INTRINSIC = 2
    """Less than exercise at expiry is worth now: stale, or the forward is wrong."""
    NO_TIME_VALUE = 3
    """Exactly what exercise is worth: any volatility that is small enough gives it."""
    ABOVE_MAXIMUM = 4
    """At or above the discounted forward (call) or strike (put), which no volatility reaches."""
    EXPIRED = 5
    """No time is left."""
    NO_FORWARD = 6
    """Forward, strike or discount factor is absent or not positive."""
    ZERO_BID = 7
    """Offered, but nobody bids: there is no mid."""
    CROSSED = 8
    """Bid above ask."""
    NO_QUOTE = 9
    """Not offered."""
    NOT_FOUND = 10
    """The search did not end: the price is worth nothing but early exercise, or is no price."""

    @property
    def label(self) -> str:
        """Return the reason in words that a page can show."""
        return self.name.lower().replace("_", " ")
