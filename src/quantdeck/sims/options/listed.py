"""Which contracts are listed on a session: roots, expiries and strikes.

Cboe's rules in outline: SPX settles at the open of the third Friday, SPXW at the close of every session
and month's end, XSP is a tenth of SPX, SPY's options are American. Expiries that fall on a holiday move
to the session before. Strikes are 5, 25, 50, 100 or 200 points apart, finer near the money and near
the expiry.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.options import Right, RootTerms, Settlement, contract_of, osi, terms_of
from quantdeck.sims.options import sessions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.model.options import OptionContract
    from quantdeck.sims.noise import FloatArray, IntArray


class Size(StrEnum):
    """How much is listed."""

    SMALL = "small"
    """About 2,500 contracts, 16 expiries of SPX and SPXW; for tests."""
    MEDIUM = "medium"
    """About 9,000 contracts, 27 expiries of SPX and SPXW."""
    FULL = "full"
    """A whole chain: 22,000 contracts of SPX and SPXW alone."""


@dataclass(frozen=True, slots=True)
class RootRules:
    """How a root's prices are written.

    Parameters
    ----------
    terms : RootTerms
        Style, settlement and underlying.
    scale : float
        Price of the underlying as a share of SPX.
    low_tick, high_tick : int
        Price steps below 3 and from 3 on. [cents]
    """

    terms: RootTerms
    scale: float
    low_tick: int
    high_tick: int


ROOT_RULES: tuple[RootRules, ...] = (
    RootRules(terms_of("SPX"), 1.0, 5, 10),
    RootRules(terms_of("SPXW"), 1.0, 5, 10),
    RootRules(terms_of("XSP"), 0.1, 1, 5),
    RootRules(terms_of("SPY"), 0.0998, 1, 1),
)
ROOT_NAMES = tuple(rules.terms.root for rules in ROOT_RULES)

# Days to the expiry up to which a row holds; then step and limits as multiples of the price of SPX.
_GRIDS: tuple[tuple[int, tuple[tuple[int, float, float], ...]], ...] = (
    (14, ((5, 0.94, 1.05), (25, 0.80, 1.12), (100, 0.50, 1.30))),
    (70, ((5, 0.95, 1.04), (25, 0.75, 1.15), (100, 0.40, 1.50))),
    (400, ((25, 0.85, 1.12), (50, 0.65, 1.25), (100, 0.30, 1.70))),
    (4000, ((50, 0.80, 1.25), (100, 0.40, 1.80), (200, 0.10, 2.40))),
)
_FINEST = {Size.SMALL: 0.10, Size.MEDIUM: 0.35, Size.FULL: 1.0}
_DAILY = {Size.SMALL: 3, Size.MEDIUM: 6, Size.FULL: 14}
_WEEKS = {Size.SMALL: 2, Size.MEDIUM: 6, Size.FULL: 10}
_MONTHS = {Size.SMALL: 3, Size.MEDIUM: 12, Size.FULL: 18}


@dataclass(frozen=True, slots=True)
class Expiry:
    """One expiry of one root.

    Parameters
    ----------
    root : int
        Place in `ROOT_RULES`.
    day : datetime.date
        Day of the settlement price.
    settle_ns : int
        Instant of the settlement price. [ns]
    money_before, money_after : int
        Days from payment of a price to payment of the payoff, for trades before and after the
        session has opened.
    """

    root: int
    day: date
    settle_ns: int
    money_before: int
    money_after: int


@dataclass(frozen=True, eq=False)
class Listed:
    """The contracts of one session; arrays have one row per contract.

    Parameters
    ----------
    session : datetime.date
        The session; contracts are listed from the close of the one before to its own.
    start_ns, end_ns : int
        That time. [ns]
    midnight_ns, open_ns : int
        When the session's date begins in New York, and when the session opens. Until it opens a price
        is of the session before and is paid on this one. [ns]
    expiries : tuple of Expiry
        By root and day.
    expiry : array of int64
        Place in `expiries`.
    strike : array
        [points]
    is_call : array of bool
        Right.
    symbols : tuple of str
        OSI names without padding.
    """

    session: date
    start_ns: int
    end_ns: int
    midnight_ns: int
    open_ns: int
    expiries: tuple[Expiry, ...]
    expiry: IntArray
    strike: FloatArray
    is_call: NDArray[np.bool_]
    symbols: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.symbols)

    @cached_property
    def ids(self) -> dict[str, int]:
        """Row of every OSI name."""
        return {symbol: row for row, symbol in enumerate(self.symbols)}

    @cached_property
    def root(self) -> IntArray:
        """Place in `ROOT_RULES` of every row."""
        return np.array([item.root for item in self.expiries])[self.expiry]

    @cached_property
    def all(self) -> IntArray:
        """Every row."""
        return np.arange(len(self))

    def rows(self, root: str, day: date | None = None) -> IntArray:
        """Return the rows of a root, or of one of its expiries."""
        wanted = [
            place
            for place, item in enumerate(self.expiries)
            if ROOT_NAMES[item.root] == root and day in (None, item.day)
        ]
        return np.flatnonzero(np.isin(self.expiry, wanted))

    def rows_of_underlying(self, underlying: str) -> IntArray:
        """Return the rows that settle on an underlying, such as SPX for SPX and SPXW."""
        roots = [i for i, rules in enumerate(ROOT_RULES) if rules.terms.underlying == underlying]
        return np.flatnonzero(np.isin(self.root, roots))

    def expiry_of(self, row: int) -> Expiry:
        """Return the expiry of a row."""
        return self.expiries[int(self.expiry[row])]

    def contract(self, row: int) -> OptionContract:
        """Return a row as the contract it is."""
        return contract_of(self.symbols[row])


def listed(session: date, *, level: float, size: Size) -> Listed:
    """Return what is listed on a session.

    Parameters
    ----------
    session : datetime.date
        A session.
    level : float
        Price of SPX that the strikes are laid around. [points]
    size : Size
        How much.

    Examples
    --------
    >>> found = listed(date(2026, 11, 23), level=6_800.0, size=Size.SMALL)
    >>> found.symbols[0], len(found.expiries) > 12
    ('SPX261218C02800000', True)
    """
    expiries = tuple(
        item for root in range(len(ROOT_RULES)) for item in _expiries(session, root, size)
    )
    anchor = round(level / 100.0) * 100.0
    places: list[IntArray] = []
    strikes: list[FloatArray] = []
    names: list[str] = []
    for place, item in enumerate(expiries):
        grid = _strikes((item.day - session).days, item.root, anchor, size)
        root = ROOT_NAMES[item.root]
        places.append(np.full(2 * len(grid), place))
        strikes += (grid, grid)
        for right in (Right.CALL, Right.PUT):
            names += [osi(root, item.day, right, strike) for strike in grid.tolist()]
    return Listed(
        session=session,
        start_ns=sessions.close_ns(sessions.previous_session(session)),
        end_ns=sessions.close_ns(session),
        midnight_ns=sessions.instant(session, sessions.MIDNIGHT),
        open_ns=sessions.open_ns(session),
        expiries=expiries,
        expiry=np.concatenate(places),
        strike=np.concatenate(strikes),
        is_call=np.array([name[-9] == "C" for name in names]),
        symbols=tuple(names),
    )


def _expiries(session: date, root: int, size: Size) -> list[Expiry]:
    terms = ROOT_RULES[root].terms
    is_am = terms.settlement is Settlement.AM
    days = _DAYS[terms.root](session, size)
    found: list[Expiry] = []
    for day in sorted(set(days)):
        # A contract that settles at the open trades for the last time on the session before.
        if day < session or (is_am and day == session):
            continue
        paid = sessions.next_session(day)
        found.append(
            Expiry(
                root=root,
                day=day,
                settle_ns=sessions.open_ns(day) if is_am else sessions.close_ns(day),
                money_before=(paid - session).days,
                money_after=(paid - sessions.next_session(session)).days,
            )
        )
    return found


def _dailies(session: date, count: int) -> list[date]:
    found = [session]
    while len(found) < count:
        found.append(sessions.next_session(found[-1]))
    return found


def _fridays(session: date, weeks: int) -> list[date]:
    friday = session + timedelta((4 - session.weekday()) % 7)
    return [sessions.on_or_before(friday + timedelta(7 * week)) for week in range(weeks)]


def _month(session: date, ahead: int) -> tuple[int, int]:
    years, month = divmod(session.month - 1 + ahead, 12)
    return session.year + years, month + 1


def _third_friday(session: date, ahead: int) -> date:
    return sessions.on_or_before(sessions.nth_weekday(*_month(session, ahead), 4, 3))


def _month_end(session: date, ahead: int) -> date:
    year, month = _month(session, ahead + 1)
    return sessions.previous_session(date(year, month, 1))


def _monthlies(session: date, months: int) -> list[date]:
    return [_third_friday(session, ahead) for ahead in range(months + 1)]


def _leaps(session: date, months: tuple[int, ...], years: int) -> list[date]:
    last = session + timedelta(365 * years + 30)
    ahead = range(12 * years + 2)
    days = [_third_friday(session, n) for n in ahead if _month(session, n)[1] in months]
    return [day for day in days if day <= last]


def _spx(session: date, size: Size) -> list[date]:
    months = (12,) if size is not Size.FULL else (6, 12)
    return _monthlies(session, _MONTHS[size] // 2) + _leaps(session, months, 5)


def _spxw(session: date, size: Size) -> list[date]:
    quarters = [n for n in range(12) if _month(session, n)[1] % 3 == 0]
    ends = [_month_end(session, n) for n in (*range(_MONTHS[size] // 3), *quarters)]
    thirds = _monthlies(session, 11) if size is Size.FULL else []
    dailies = _dailies(session, _DAILY[size])
    return dailies + _fridays(session, _WEEKS[size]) + ends + thirds


def _xsp(session: date, size: Size) -> list[date]:
    few = _DAILY[size] // 2
    return _dailies(session, few) + _fridays(session, few) + _leaps(session, (12,), 2)


def _spy(session: date, size: Size) -> list[date]:
    few = _DAILY[size] // 2
    monthlies = _monthlies(session, _MONTHS[size] // 3)
    return _dailies(session, few) + _fridays(session, few) + monthlies + _leaps(session, (1,), 2)


_DAYS = {"SPX": _spx, "SPXW": _spxw, "XSP": _xsp, "SPY": _spy}


def _strikes(days: int, root: int, anchor: float, size: Size) -> FloatArray:
    scale = ROOT_RULES[root].scale
    if scale < 1.0 and size is Size.MEDIUM:
        size = Size.SMALL
    bands = next(bands for most, bands in _GRIDS if days <= most)
    found: list[FloatArray] = []
    for place, (points, low, high) in enumerate(bands):
        # Only the finest part shrinks with the size: the wings are what makes a chain hard.
        share = _FINEST[size] if place == 0 else 1.0
        step = float(points if size is not Size.SMALL or place == 0 else 2 * points)
        if scale < 1.0:
            step = max(1.0, step / 10.0)
        lowest = anchor * scale * (1.0 - (1.0 - low) * share)
        highest = anchor * scale * (1.0 + (high - 1.0) * share)
        steps = np.arange(math.ceil(lowest / step), math.floor(highest / step) + 1)
        found.append(steps.astype(np.float64) * step)
    return np.unique(np.concatenate(found).round(3))
