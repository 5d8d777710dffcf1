"""Checks of one series of bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.adjustment import split_factors
from quantdeck.analytics.quality.expected import expected_bars
from quantdeck.analytics.quality.finding import Check, Finding, Severity
from quantdeck.analytics.quality.jumps import JumpKind, find_jumps
from quantdeck.model.history import INTERVALS_NS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.sessions import Sessions
    from quantdeck.analytics.types import BoolArray, IntArray
    from quantdeck.model.history import CorporateAction, HistoryRows

_PRICES = ("open", "high", "low", "close")
_DAY_NS = 86_400_000_000_000
_LONGEST_GAP_NS = 10 * _DAY_NS
_ROUNDING = 1e-3
_JUMPS = (
    (JumpKind.SPLIT, False, Check.SPLIT, Severity.ERROR),
    (JumpKind.SPLIT, True, Check.SPLIT, Severity.NOTE),
    (JumpKind.THERE_AND_BACK, False, Check.BAD_PRINT, Severity.WARNING),
    (JumpKind.MOVE, False, Check.JUMP, Severity.NOTE),
)


@dataclass(frozen=True, slots=True)
class QualityRules:
    """From where on something is a finding.

    Parameters
    ----------
    missing_error : float
        Share of missing bars from which on they are an error; a warning below. [1]
    jump, jump_sigmas : float
        Least size of a jump, see `find_jumps`.
    unchanged : int
        Bars in a row with the same four prices.
    stale_sessions : int
        Sessions that may have ended since the last bar.
    """

    missing_error: float = 0.01
    jump: float = 0.2
    jump_sigmas: float = 10.0
    unchanged: int = 5
    stale_sessions: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class QualityReport:
    """What was found in one series.

    Parameters
    ----------
    symbol, interval, source : str
        Of the series.
    rows, expected : int
        Bars there are, and bars the calendar has over their span.
    first_ns, last_ns : int or None
        Starts of the first and last bar, UTC; None without any. [ns]
    findings : tuple of Finding
        Worst first.
    """

    symbol: str
    interval: str
    source: str
    rows: int
    expected: int
    first_ns: int | None
    last_ns: int | None
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity | None:
        """Severity of the worst finding; None where nothing was found."""
        return max((finding.severity for finding in self.findings), default=None)

    def count(self, check: Check) -> int:
        """Return how many bars a check found.

        Parameters
        ----------
        check : Check
            Which.

        Returns
        -------
        int
            0 where it found none.
        """
        return sum(finding.count for finding in self.findings if finding.check is check)


def check_history(  # noqa: PLR0913 - a series and its conventions
    rows: HistoryRows,
    interval: str,
    *,
    symbol: str = "",
    source: str = "",
    actions: Sequence[CorporateAction] = (),
    sessions: Sessions | None = None,
    now_ns: int | None = None,
    rules: QualityRules | None = None,
) -> QualityReport:
    """Check bars as traded.

    Parameters
    ----------
    rows : structured array of `quantdeck.model.history.HISTORY_DTYPE`
        In any order, doubled ones included.
    interval : str
        One of `quantdeck.model.history.INTERVALS_NS`.
    symbol, source : str
        For the report.
    actions : sequence of CorporateAction
        Splits among them explain jumps.
    sessions : Sessions or None
        Of the exchange; None for a market that never closes.
    now_ns : int or None
        Now, UTC: bars that should be there by now count as missing when one is; None leaves age out. [ns]
    rules : QualityRules, optional
        The defaults if not given.

    Returns
    -------
    QualityReport
        An empty series has one finding: that it is.

    Examples
    --------
    >>> from quantdeck.model.history import HISTORY_DTYPE
    >>> day = 86_400_000_000_000
    >>> bars = [(0, 9.0, 9.5, 8.9, 9.2, 5.0), (2 * day, 9.2, 9.1, 9.0, 9.3, 4.0)]
    >>> report = check_history(np.array(bars, HISTORY_DTYPE), "1d")
    >>> [(finding.check.value, finding.count) for finding in report.findings]
    [('missing bars', 1), ('impossible prices', 1)]
    """
    chosen = rules or QualityRules()
    interval_ns = INTERVALS_NS[interval]
    order = np.argsort(rows["start_ns"], kind="stable")
    every = rows[order]
    is_first = np.ones(len(every), bool)
    is_first[1:] = np.diff(every["start_ns"]) > 0
    bars = every[is_first]
    expected = expected_bars(bars["start_ns"], interval_ns, sessions)
    findings = [
        *_spans(expected.missing_ns, expected.unexpected_ns, expected.expected, chosen),
        *_doubled(every["start_ns"][~is_first]),
        *_prices(bars),
        *_volume(bars),
        *_unchanged(bars, chosen.unchanged),
        *_jumps(bars, actions, chosen),
    ]
    if now_ns is not None:
        findings += _stale(bars["start_ns"], interval_ns, sessions, now_ns, chosen)
    if not len(bars):
        findings = [Finding(Check.MISSING, Severity.ERROR, 0, _none(), "there are no bars at all")]
    return QualityReport(
        symbol,
        interval,
        source,
        rows=len(rows),
        expected=expected.expected,
        first_ns=int(bars["start_ns"][0]) if len(bars) else None,
        last_ns=int(bars["start_ns"][-1]) if len(bars) else None,
        findings=tuple(sorted(findings, key=lambda finding: -finding.severity)),
    )


def _doubled(start_ns: IntArray) -> list[Finding]:
    detail = "the first bar of each start counts"
    return _of_rows(Check.DOUBLED, Severity.WARNING, start_ns, detail)


def _prices(bars: HistoryRows) -> list[Finding]:
    columns = {name: bars[name] for name in _PRICES}
    absent = np.logical_or.reduce([~np.isfinite(column) for column in columns.values()])
    with np.errstate(invalid="ignore"):
        highest = np.fmax.reduce([columns["open"], columns["close"], columns["low"]])
        lowest = np.fmin.reduce([columns["open"], columns["close"], columns["high"]])
        positive = np.logical_and.reduce(
            [np.isnan(column) | (column > 0.0) for column in columns.values()]
        )
        # By how much a price lies outside of its bar, as a share of it.
        outside = np.fmax(highest - columns["high"], columns["low"] - lowest) / highest
    impossible = (outside > 0.0) | ~positive
    starts = bars["start_ns"]
    worst = float(np.max(outside, where=outside > 0.0, initial=0.0))
    is_rounding = bool(positive.all()) and worst < _ROUNDING
    return [
        *_of_rows(
            Check.ABSENT, Severity.WARNING, starts[absent], "open, high, low or close is absent"
        ),
        *_of_rows(
            Check.IMPOSSIBLE,
            Severity.WARNING if is_rounding else Severity.ERROR,
            starts[impossible],
            "a price outside of its bar's high and low, or not above zero"
            + (f"; by up to {worst:.2%}" if worst else ""),
        ),
    ]


def _volume(bars: HistoryRows) -> list[Finding]:
    with np.errstate(invalid="ignore"):
        none = ~(bars["volume"] > 0.0)
    if none.all():
        # An index has none at all; that is no fault of single bars.
        return []
    return _of_rows(
        Check.NO_VOLUME, Severity.NOTE, bars["start_ns"][none], "volume is absent or zero"
    )


def _unchanged(bars: HistoryRows, least: int) -> list[Finding]:
    if len(bars) < least:
        return []
    same = np.logical_and.reduce([bars[name][1:] == bars[name][:-1] for name in _PRICES])
    begins = _runs_of(same, least - 1)
    detail = f"the same four prices {least} bars in a row or more"
    return _of_rows(Check.UNCHANGED, Severity.WARNING, bars["start_ns"][begins], detail)


def _jumps(
    bars: HistoryRows, actions: Sequence[CorporateAction], rules: QualityRules
) -> list[Finding]:
    starts = bars["start_ns"]
    jumps = find_jumps(
        bars["close"],
        split_factors(starts, actions),
        opens=bars["open"],
        least=rules.jump,
        sigmas=rules.jump_sigmas,
    )
    # Over weeks without bars a price may go anywhere; that they are missing is told by itself.
    gaps_ns = np.diff(starts, prepend=starts[:1])
    jumps = [jump for jump in jumps if gaps_ns[jump.row] <= _LONGEST_GAP_NS]
    found: list[Finding] = []
    for kind, is_doubtful, check, severity in _JUMPS:
        some = [jump for jump in jumps if (jump.kind, jump.is_doubtful) == (kind, is_doubtful)]
        if not some:
            continue
        worst = max(some, key=lambda jump: jump.sigmas)
        text = f"largest: {worst.ratio - 1.0:+.1%}, {worst.sigmas:.0f} robust standard deviations"
        if worst.split:
            text += f", like {worst.split[0]} shares for {worst.split[1]}"
        rows = np.array([jump.row for jump in some])
        found += _of_rows(check, severity, starts[rows], text)
    return found


def _spans(
    missing_ns: IntArray, unexpected_ns: IntArray, expected: int, rules: QualityRules
) -> list[Finding]:
    share = len(missing_ns) / max(expected, 1)
    severity = Severity.ERROR if share >= rules.missing_error else Severity.WARNING
    detail = f"{share:.2%} of the {expected:,} bars of the calendar"
    outside = "the calendar has no session then"
    return [
        *_of_rows(Check.MISSING, severity, missing_ns, detail),
        *_of_rows(Check.UNEXPECTED, Severity.WARNING, unexpected_ns, outside),
    ]


def _stale(
    start_ns: IntArray,
    interval_ns: int,
    sessions: Sessions | None,
    now_ns: int,
    rules: QualityRules,
) -> list[Finding]:
    if not len(start_ns):
        return []
    last_ns = int(start_ns[-1])
    if sessions is None:
        behind = (now_ns - last_ns - interval_ns) // interval_ns
        unit = "bars"
    else:
        # A day's bar is stamped with its date, others with a moment of the session.
        shift_ns = _DAY_NS if interval_ns == _DAY_NS else interval_ns
        ended = int(np.searchsorted(sessions.close_ns, now_ns, side="right"))
        behind = ended - int(np.searchsorted(sessions.open_ns, last_ns + shift_ns, side="left"))
        unit = "sessions"
    if behind <= rules.stale_sessions:
        return []
    detail = f"{behind:,} {unit} have ended since the last bar"
    return [Finding(Check.STALE, Severity.WARNING, 1, start_ns[-1:], detail)]


def _runs_of(flags: BoolArray, least: int) -> IntArray:
    padded = np.concatenate(([False], flags, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    begins, ends = edges[::2], edges[1::2]
    return begins[ends - begins >= least]


def _of_rows(check: Check, severity: Severity, start_ns: IntArray, detail: str) -> list[Finding]:
    if not len(start_ns):
        return []
    return [Finding(check, severity, len(start_ns), start_ns, detail)]


def _none() -> IntArray:
    return np.empty(0, np.int64)
