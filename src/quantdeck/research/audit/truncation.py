"""Features made again from data that end earlier: whatever changes had looked ahead."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import TooLittleData
from quantdeck.research.audit.report import AuditCheck, LookAhead, Outcome
from quantdeck.research.features.build import build

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from quantdeck.research.features.build import Spread
    from quantdeck.research.features.panel import Panel
    from quantdeck.research.features.table import FeatureTable

    Tell = Callable[[float, str], None]

CUTS = 6
"""Sessions at which data are cut unless another count is asked for."""
_FIRST_SHARE = 0.3
_NAMED = 6


def cut_sessions(sessions: int, *, cuts: int = CUTS, seed: int = 7) -> tuple[int, ...]:
    """Return sessions to cut at: the last but one, and others drawn one from each of equal spans.

    Parameters
    ----------
    sessions : int
        T, of the panel.
    cuts : int
        How many.
    seed : int
        Of the draw.

    Returns
    -------
    tuple of int
        Rising, each the last session that is left.

    Raises
    ------
    TooLittleData
        If there are fewer than 10 sessions a cut.

    Notes
    -----
    The last but one shows what looks one session ahead in every row, the others what is scaled, fitted
    or ranked over all sessions.

    Examples
    --------
    >>> cut_sessions(1000, cuts=3)
    (629, 867, 998)
    """
    needed = 10 * cuts
    if sessions < needed:
        raise TooLittleData(
            f"an audit of {cuts} cuts needs {needed} sessions, there are {sessions}",
            needed=needed,
            found=sessions,
        )
    edges = [int(each) for each in np.linspace(_FIRST_SHARE * sessions, sessions - 2, cuts)]
    generator = np.random.default_rng(seed)
    drawn = [int(generator.integers(low, high)) for low, high in pairwise(edges)]
    return (*drawn, sessions - 2)


def look_ahead(
    panel: Panel,
    table: FeatureTable,
    cuts: Sequence[int],
    *,
    spread: Spread = map,
    tell: Tell = lambda _share, _text: None,
) -> tuple[LookAhead, ...]:
    """Return the features whose values up to a cut are other when nothing after it is known.

    Parameters
    ----------
    panel : Panel
        What the table was made of.
    table : FeatureTable
        Of the whole panel.
    cuts : sequence of int
        Last sessions that are left.
    spread : callable
        As of `quantdeck.research.features.build.build`.
    tell : callable
        Takes the share that is done and what is being done; what it raises ends the audit.

    Returns
    -------
    tuple of LookAhead
        The feature whose first changed value is earliest, first. Values must be equal to the last bit,
        and not known in both where they are in one.

    Raises
    ------
    BadInput
        If a feature of the table is not registered.
    """
    found: dict[str, LookAhead] = {}
    counts: dict[str, int] = {}
    for done, cut in enumerate(cuts):
        tell(done / len(cuts), f"features from data up to {_date(table, cut)}")
        again = build(panel.until(cut), table.names, fewest=0, spread=spread)
        for at, name in enumerate(table.names):
            whole, less = table.values[at, :, : cut + 1], again.values[at]
            differs = ~((whole == less) | (np.isnan(whole) & np.isnan(less)))
            if not differs.any():
                continue
            counts[name] = counts.get(name, 0) + int(differs.sum())
            first = int(differs.any(axis=0).argmax())
            known = found.get(name)
            if known is None or _date(table, first) < known.session:
                found[name] = _told(table, name, cut, first, differs, less)
    complete = [
        LookAhead(
            name, counts[name], each.session, each.symbol, each.cut, each.whole, each.cut_value
        )
        for name, each in found.items()
    ]
    return tuple(sorted(complete, key=lambda each: each.session))


def look_ahead_check(
    found: Sequence[LookAhead], *, features: int, cuts: Sequence[str]
) -> AuditCheck:
    """Return what features that look ahead, or none, amount to.

    Parameters
    ----------
    found : sequence of LookAhead
        Of `look_ahead`.
    features : int
        Columns that were compared.
    cuts : sequence of str
        Dates of the cuts.

    Returns
    -------
    AuditCheck
        An error where any does.
    """
    title = "Do features know what came after?"
    if not found:
        text = (
            f"no: {features} features made again from data cut at {len(cuts)} sessions, "
            f"{cuts[0]} to {cuts[-1]}, are the same to the last bit"
        )
        return AuditCheck("look_ahead", title, Outcome.OK, text)
    named = ", ".join(each.feature for each in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    first = found[0]
    text = (
        f"{len(found)} of {features} do: {named}{more}. The first change is {first.feature} of "
        f"{first.symbol} on {first.session}: {_figure(first.whole)} in the whole table, "
        f"{_figure(first.cut_value)} from data up to {first.cut}. Nothing learnt from them can be "
        "believed; compute each value from its own session and those before"
    )
    return AuditCheck("look_ahead", title, Outcome.ERROR, text)


def _told(  # what a finding is made of
    table: FeatureTable,
    name: str,
    cut: int,
    first: int,
    differs: NDArray[np.bool_],
    less: NDArray[np.float32],
) -> LookAhead:
    row = int(differs[:, first].argmax())
    return LookAhead(
        feature=name,
        cells=0,
        session=_date(table, first),
        symbol=table.symbols[row],
        cut=_date(table, cut),
        whole=_known(float(table.column(name)[row, first])),
        cut_value=_known(float(less[row, first])),
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _figure(value: float | None) -> str:
    return "not known" if value is None else f"{value:.6g}"


def _date(table: FeatureTable, session: int) -> str:
    return str(table.sessions[session].astype("datetime64[ns]"))[:10]
