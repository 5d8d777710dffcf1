"""Rules that close what is held: a loss, a gain, a way back from the best, a time, an expiry to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from decimal import Decimal

BY_TIME = frozenset({"max_days", "days_to_expiry"})
"""Rules that no price is needed for."""

_NS = 1_000_000_000
_DAY_NS = 86_400 * _NS


class ExitRules(msgspec.Struct, frozen=True, kw_only=True):
    """When a position is closed; None leaves a rule out.

    Parameters
    ----------
    stop_loss : float or None
        Loss, as a fraction of what the position cost or brought in.
    take_profit : float or None
        Gain, likewise.
    trailing : float or None
        Way back from the best value since the position was opened, as a fraction of its cost; counts
        from the first gain.
    max_days : float or None
        Calendar days after which it is closed.
    days_to_expiry : float or None
        Closed when the first of its options has so many calendar days left.
    confirm_s : float
        So long a price must stay beyond a rule, on fresh quotes only: one odd quote closes nothing. [s]
    """

    stop_loss: float | None = None
    take_profit: float | None = None
    trailing: float | None = None
    max_days: float | None = None
    days_to_expiry: float | None = None
    confirm_s: float = 3.0


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a position between two looks.

    Parameters
    ----------
    opened_ns : int
        When it was opened, UTC. [ns]
    best : float
        Highest gain so far, as a fraction of its cost; at least 0.
    beyond : str
        Rule that its price is beyond; empty where it is beyond none.
    since_ns : int
        Since when, UTC. [ns]
    """

    opened_ns: int
    best: float = 0.0
    beyond: str = ""
    since_ns: int = 0


class Exit(msgspec.Struct, frozen=True):
    """Why a position is to be closed.

    Parameters
    ----------
    rule : str
        Name of the rule.
    why : str
        With its figures.
    """

    rule: str
    why: str


def look(
    rules: ExitRules,
    watched: Watched,
    *,
    cost: Decimal,
    value: Decimal | None,
    now_ns: int,
    expires_ns: int | None = None,
) -> tuple[Watched, Exit | None]:
    """Return what is remembered from now on, and why the position is to be closed, if it is.

    Parameters
    ----------
    rules : ExitRules
        Of the position.
    watched : Watched
        As it was left by the look before.
    cost : Decimal
        Paid for what is held; negative for what it brought in. [currency]
    value : Decimal or None
        What closing it would bring now, at the sides that are crossed; negative where it must be paid.
        None where a quote is absent or stale: prices then decide nothing, and what was beyond a rule
        must be so anew. [currency]
    now_ns : int
        The time, UTC. [ns]
    expires_ns : int or None
        When the first of its options ends. [ns]

    Returns
    -------
    watched : Watched
    exit : Exit or None

    Examples
    --------
    >>> from decimal import Decimal
    >>> rules = ExitRules(stop_loss=0.1, confirm_s=0.0)
    >>> _, found = look(rules, Watched(opened_ns=0), cost=Decimal(100), value=Decimal(89), now_ns=1)
    >>> found.why
    'a loss of 11.0 % of its cost, beyond 10.0 %'
    """
    by_time = _by_time(rules, watched, now_ns, expires_ns)
    if by_time is not None:
        return watched, by_time
    if value is None or not cost:
        return msgspec.structs.replace(watched, beyond="", since_ns=0), None
    gain = float((value - cost) / abs(cost))
    best = max(watched.best, gain)
    found = _by_price(rules, gain, best)
    if found is None:
        return Watched(opened_ns=watched.opened_ns, best=best), None
    since_ns = watched.since_ns if watched.beyond == found.rule else now_ns
    kept = Watched(opened_ns=watched.opened_ns, best=best, beyond=found.rule, since_ns=since_ns)
    is_sure = now_ns - since_ns >= rules.confirm_s * _NS
    return kept, found if is_sure else None


def _by_time(
    rules: ExitRules, watched: Watched, now_ns: int, expires_ns: int | None
) -> Exit | None:
    if rules.days_to_expiry is not None and expires_ns is not None:
        left = (expires_ns - now_ns) / _DAY_NS
        if left <= rules.days_to_expiry:
            return Exit("days_to_expiry", f"{max(left, 0.0):.1f} days to its expiry")
    if rules.max_days is not None:
        held = (now_ns - watched.opened_ns) / _DAY_NS
        if held >= rules.max_days:
            return Exit("max_days", f"held for {held:.1f} days")
    return None


def _by_price(rules: ExitRules, gain: float, best: float) -> Exit | None:
    if rules.stop_loss is not None and -gain >= rules.stop_loss:
        return Exit("stop_loss", _words("loss", -gain, rules.stop_loss))
    if rules.take_profit is not None and gain >= rules.take_profit:
        return Exit("take_profit", _words("gain", gain, rules.take_profit))
    back = best - gain
    if rules.trailing is not None and best > 0.0 and back >= rules.trailing:
        return Exit(
            "trailing",
            f"{100 * back:.1f} % of its cost below its best, beyond {100 * rules.trailing:.1f} %",
        )
    return None


def _words(what: str, is_now: float, limit: float) -> str:
    return f"a {what} of {100 * is_now:.1f} % of its cost, beyond {100 * limit:.1f} %"
