"""Builds the table of features from what is kept: bars, stories, option chains and rates."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.jobs.feature_room import check_room
from quantdeck.model.collected import Story
from quantdeck.model.errors import BadInput, NoData, StoreError, TooLittleData
from quantdeck.ports.history import preferred
from quantdeck.research.features import catalogue
from quantdeck.research.features.assemble import (
    LATE_NS,
    RateMark,
    assemble,
    chain_inputs,
    news_inputs,
    rate_inputs,
)
from quantdeck.research.features.build import FEWEST, build
from quantdeck.research.features.carry import carried
from quantdeck.research.features.chain_figures import chain_figures
from quantdeck.research.features.table import part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from quantdeck.analytics.options.study import OptionRules
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.history import History
    from quantdeck.ports.box_store import BoxStore, StoredSnapshot
    from quantdeck.ports.collected import CollectedStore
    from quantdeck.ports.history import HistoryStore, KeptHistory
    from quantdeck.ports.models import ChainFigureStore
    from quantdeck.research.features.chain_figures import ChainFigures
    from quantdeck.research.features.panel import Panel
    from quantdeck.research.features.table import FeatureTable

    Progress = Callable[[str, int, int], None]

RATE_SOURCE = "US:SPX"
"""Whose box spreads tell the rates, where they are kept; else those of whoever has most."""

_THREADS = 2


def _unknown() -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class FeatureSources:
    """What a table is made of.

    Parameters
    ----------
    histories : HistoryStore
        Daily bars.
    collected : CollectedStore or None
        Stories.
    chains : BoxStore or None
        Option chains and rates.
    figures : ChainFigureStore or None
        Remembers what was taken from chains.
    room : callable
        Returns how much memory is free, None where nobody knows: a table is not begun that would take
        more. [B]
    """

    histories: HistoryStore
    collected: CollectedStore | None = None
    chains: BoxStore | None = None
    figures: ChainFigureStore | None = None
    room: Callable[[], int | None] = _unknown


@dataclass(frozen=True, slots=True)
class FeatureRequest:
    """Which features are wanted.

    Parameters
    ----------
    symbols : tuple of str
        Canonical; nothing takes all with daily bars.
    names : tuple of str or None
        Columns; None takes all.
    start_ns, end_ns : int or None
        Rows of dates in ``[start_ns, end_ns)``; what goes before is read, so that windows are full. [ns]
    rules : OptionRules or None
        How chains are read.
    """

    symbols: tuple[str, ...] = ()
    names: tuple[str, ...] | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    rules: OptionRules | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BuiltTable:
    """A table, and what is not in it.

    Parameters
    ----------
    table : FeatureTable
        The features.
    panel : Panel
        What they are made of, the sessions before the first row included.
    left_out : dict of str to str
        Symbols that were asked for and have no row, and why.
    warnings : tuple of str
        What a reader must know.
    """

    table: FeatureTable
    panel: Panel
    left_out: dict[str, str]
    warnings: tuple[str, ...]


def build_table(
    request: FeatureRequest,
    sources: FeatureSources,
    *,
    tell: Progress = lambda _what, _done, _of: None,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> BuiltTable | None:
    """Return the table of features; takes seconds to minutes, so call it in a thread.

    Parameters
    ----------
    request : FeatureRequest
        What is wanted.
    sources : FeatureSources
        What is kept.
    tell : callable
        Told what is being done, how much of it is done and how much there is.
    is_unwanted : callable
        Asked now and then; where it says so the work ends.

    Returns
    -------
    BuiltTable or None
        None where it was unwanted.

    Raises
    ------
    BadInput
        If a feature is unknown, no row lies within the dates, or the table would take more memory than
        is free.
    NoData
        If no daily bars are kept.
    TooLittleData
        If no symbol has sixty sessions; a `ValueError` that names each and its count.
    StoreError
        If what is kept cannot be read.
    """
    left_out: dict[str, str] = {}
    histories: list[History] = []
    wanted = chosen(request, sources.histories, left_out)
    columns = request.names or catalogue.names()
    check_room(wanted, len(columns), end_ns=request.end_ns, free=sources.room())
    for at, kept in enumerate(wanted):
        if is_unwanted():
            return None
        tell("reading bars", at, len(wanted))
        found = usable(sources.histories.read(kept.symbol, "1d"), request.end_ns, left_out)
        if found is not None:
            histories.append(found)
    if not histories:
        raise nothing(left_out)
    warnings: list[str] = []
    panel, figures = panel_of(histories, request, sources, tell=tell, is_unwanted=is_unwanted)
    if is_unwanted():
        return None
    tell("computing", 0, 1)
    with ThreadPoolExecutor(_THREADS, "features") as pool:
        table = build(panel, request.names, spread=pool.map)
    table = _within(table, request)
    warnings += _missing(table, figures)
    tell("computing", 1, 1)
    return BuiltTable(table, panel, left_out, tuple(warnings))


def panel_of(
    histories: Sequence[History],
    request: FeatureRequest,
    sources: FeatureSources,
    *,
    sessions: IntArray | None = None,
    tell: Progress = lambda _what, _done, _of: None,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> tuple[Panel, list[ChainFigures]]:
    """Return what features are made of, and what was taken from option chains.

    Parameters
    ----------
    histories : sequence of History
        Daily bars.
    request : FeatureRequest
        End of the rows, and how chains are read.
    sources : FeatureSources
        What else is kept.
    sessions : array of int64 of shape (T,), optional
        As of `quantdeck.research.features.assemble.assemble`. [ns]
    tell, is_unwanted
        As of `build_table`.

    Raises
    ------
    StoreError
        If what is kept cannot be read.
    """
    panel = assemble(histories, end_ns=request.end_ns, sessions=sessions)
    extra = _news(panel, sources.collected)
    figures = _chains(panel, request, sources, tell, is_unwanted)
    extra |= chain_inputs(figures, panel.symbols, panel.known_ns)
    extra |= rate_inputs(_rates(panel, sources.chains), panel.known_ns)
    return replace(panel, extra=extra), figures


def chosen(
    request: FeatureRequest, store: HistoryStore, left_out: dict[str, str]
) -> list[KeptHistory]:
    """Return the daily bars that are meant, all of one calendar; adds who is left out, and why.

    Raises
    ------
    NoData
        If none are kept.
    """
    daily = {each.symbol: each for each in preferred(store.kept()) if each.interval == "1d"}
    if not daily:
        raise NoData(
            "features are made of daily bars, and none are kept; fetch some with `quantdeck history fetch "
            "SYMBOL` or `quantdeck collect`"
        )
    for symbol in request.symbols:
        if symbol not in daily:
            left_out[symbol] = (
                f"no daily bars are kept; fetch them with `quantdeck history fetch {symbol}`"
            )
    found = [daily[each] for each in dict.fromkeys(request.symbols or daily) if each in daily]
    counts = Counter(each.calendar for each in found)
    if len(counts) < 2:
        return found
    usual = max(sorted(counts), key=lambda name: (counts[name], name != "24/7"))
    for each in found:
        if each.calendar != usual:
            left_out[each.symbol] = f"trades by the calendar {each.calendar}, the others by {usual}"
    return [each for each in found if each.calendar == usual]


def usable(history: History, end_ns: int | None, left_out: dict[str, str]) -> History | None:
    """Return a history that suffices, or None; then adds why it does not."""
    try:
        found = carried(history)
    except BadInput as error:
        left_out[history.symbol] = str(error)
        return None
    before = found.start_ns < (np.iinfo(np.int64).max if end_ns is None else end_ns)
    count = int((np.isfinite(found.close) & before).sum())
    if count < FEWEST:
        left_out[history.symbol] = f"has {count} sessions; features need {FEWEST}"
        return None
    return history


def nothing(left_out: Mapping[str, str]) -> NoData:
    """Return the error of no symbol having enough."""
    said = [f"{symbol} {why}" for symbol, why in left_out.items()]
    more = f"; and {len(said) - 5} more" if len(said) > 5 else ""
    message = f"no symbol has features: {'; '.join(said[:5])}{more}"
    if any(why.startswith("has ") for why in left_out.values()):
        return TooLittleData(message, needed=FEWEST)
    return NoData(message)


def _news(panel: Panel, store: CollectedStore | None) -> dict[str, FloatArray]:
    if store is None:
        return {}
    held = [each.fetched_ns for each in store.held(Story)]
    if not held:
        return {}
    stories = store.read(Story)
    return news_inputs(stories, panel.symbols, panel.known_ns, collected_ns=max(held))


def _chains(
    panel: Panel,
    request: FeatureRequest,
    sources: FeatureSources,
    tell: Progress,
    is_unwanted: Callable[[], bool],
) -> list[ChainFigures]:
    if sources.chains is None:
        return []
    known = dict(sources.figures.chain_figures()) if sources.figures is not None else {}
    wanted = [each for each in _last_of_session(panel, sources.chains) if each.path not in known]
    for at, stored in enumerate(wanted):
        if is_unwanted():
            break
        tell("reading option chains", at, len(wanted))
        try:
            snapshot = sources.chains.read(stored)
        except (NoData, StoreError):
            # pruned meanwhile, or damaged: the others still tell theirs
            continue
        chains = [each for each in snapshot.chains if each.underlying == stored.underlying]
        if chains:
            known[stored.path] = chain_figures(chains, snapshot.taken_ns, request.rules)
    if wanted and sources.figures is not None:
        sources.figures.keep_chain_figures(known)
    return [each for each in known.values() if each.underlying in set(panel.symbols)]


# The last before each end of a session, and the last before the next midnight: one of them, by the time
# of its quotes, is that of the session.
def _last_of_session(panel: Panel, store: BoxStore) -> list[StoredSnapshot]:
    symbols = set(panel.symbols)
    marks = np.unique(np.concatenate((panel.known_ns + LATE_NS, panel.sessions)))
    last: dict[tuple[str, int], StoredSnapshot] = {}
    for stored in reversed(store.snapshots()):
        if stored.underlying in symbols:
            last[stored.underlying, int(np.searchsorted(marks, stored.taken_ns))] = stored
    return list(last.values())


def _rates(panel: Panel, store: BoxStore | None) -> list[RateMark]:
    if store is None or not len(panel.known_ns):
        return []
    table = store.rates(kind="tenor", end_ns=int(panel.known_ns[-1]) + 1)
    rows = [
        (str(each["underlying"]), RateMark(each["ts_ns"], each["tenor_days"], each["rate_mid"]))
        for each in table.select(["underlying", "ts_ns", "tenor_days", "rate_mid"]).to_pylist()
        if each["rate_mid"] is not None
    ]
    if not rows:
        return []
    counts = Counter(underlying for underlying, _ in rows)
    chosen = RATE_SOURCE if RATE_SOURCE in counts else max(sorted(counts), key=counts.__getitem__)
    return [mark for underlying, mark in rows if underlying == chosen]


def _within(table: FeatureTable, request: FeatureRequest) -> FeatureTable:
    if request.start_ns is None:
        return table
    first = int(np.searchsorted(table.sessions, request.start_ns))
    if first == len(table.sessions):
        raise BadInput("no session lies within the dates asked for; ask for earlier ones")
    return part_of(table, slice(first, None))


def _missing(table: FeatureTable, figures: Sequence[ChainFigures]) -> Iterable[str]:
    empty = [name for name in table.names if not np.isfinite(table.column(name)).any()]
    if empty:
        shown = ", ".join(empty[:12]) + (f" and {len(empty) - 12} more" if len(empty) > 12 else "")
        yield f"nothing is known of {len(empty)} features, which are empty: {shown}"
    refused = Counter(each.why for each in figures if each.why)
    if refused:
        why, count = refused.most_common(1)[0]
        yield f"{count} of {len(figures)} option chains gave no volatility: {why}"
