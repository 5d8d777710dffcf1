"""What a subscription to Polygon allows.

The vendor's price list for individuals; a key that is called as a plan is has that plan, so that one simulator
can be asked under all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DELAY_NS = 900_000_000_000
"""How late delayed plans are told. [ns]"""


class Right(StrEnum):
    """What may be asked for beyond daily and minute aggregates and reference data."""

    SECONDS = "second aggregates"
    SNAPSHOTS = "snapshots"
    TRADES = "trades"
    QUOTES = "quotes"
    FINANCIALS = "financials"
    FAIR_VALUE = "fair market value"


@dataclass(frozen=True, slots=True)
class Plan:
    """A subscription.

    Parameters
    ----------
    name : str
        As keys are called.
    requests : int or None
        A minute; None sets no limit.
    years : int
        How far back histories go.
    delay_ns : int or None
        How late the market is told; None tells of sessions that have closed alone. [ns]
    rights : frozenset of Right
        What may be asked for.
    channels : frozenset of str
        Of the streams; without any there is no access to them.
    connections : int
        To one cluster at a time.
    """

    name: str
    requests: int | None
    years: int
    delay_ns: int | None
    rights: frozenset[Right]
    channels: frozenset[str]
    connections: int = 1

    @property
    def is_real_time(self) -> bool:
        """Whether the market is told without delay."""
        return self.delay_ns == 0


_STARTER = frozenset({Right.SECONDS, Right.SNAPSHOTS})
_DEVELOPER = _STARTER | {Right.TRADES}
_ADVANCED = _DEVELOPER | {Right.QUOTES, Right.FINANCIALS}
_BARS = frozenset({"A", "AM"})

BASIC = Plan("basic", 5, 2, None, frozenset(), frozenset())
STARTER = Plan("starter", None, 5, DELAY_NS, _STARTER, _BARS)
DEVELOPER = Plan("developer", None, 10, DELAY_NS, _DEVELOPER, _BARS | {"T"})
ADVANCED = Plan("advanced", None, 20, 0, _ADVANCED, _BARS | {"T", "Q", "LULD"})
BUSINESS = Plan(
    "business",
    None,
    20,
    0,
    _ADVANCED | {Right.FAIR_VALUE},
    ADVANCED.channels | {"FMV"},
    connections=3,
)

PLANS: dict[str, Plan] = {
    plan.name: plan for plan in (BASIC, STARTER, DEVELOPER, ADVANCED, BUSINESS)
}
"""Every plan, by name, the least first."""
