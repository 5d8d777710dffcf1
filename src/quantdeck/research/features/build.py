"""The table of features from a panel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.features import catalogue
from quantdeck.research.features.rows import session_rank
from quantdeck.research.features.table import FeatureTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import BoolArray
    from quantdeck.research.features.feature import Feature
    from quantdeck.research.features.panel import Panel

    Column = NDArray[np.float32]

FEWEST = 60
"""Sessions that a symbol needs: fewer leave most features without a figure."""


_ROWS_AT_ONCE = 256
"""Symbols of which features are computed together: what is made on the way stays in the processor's cache."""


class Spread(Protocol):
    """Something that calls a function for each of many, such as `map`, or that of a pool of threads."""

    def __call__(
        self, function: Callable[[Part], object], of: Sequence[Part], /
    ) -> Iterable[object]:
        """Return the results in order; called for what it does."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """What is worked through in one go: features of one file, of some symbols.

    Parameters
    ----------
    features : tuple of Feature
        They may share what they are made of; none where ranks are wanted.
    rows : slice
        Symbols.
    rank : str
        Column that is ranked; empty where features are wanted.
    """

    features: tuple[Feature, ...]
    rows: slice
    rank: str = ""


def build(
    panel: Panel,
    names: Sequence[str] | None = None,
    *,
    fewest: int = FEWEST,
    spread: Spread = map,
) -> FeatureTable:
    """Return features of every symbol and session of a panel.

    Parameters
    ----------
    panel : Panel
        Prices and further inputs.
    names : sequence of str or None
        Columns in this order, such as ``momentum`` and ``momentum_rank``; None takes all that are
        registered, so that the columns do not depend on what the panel has.
    fewest : int
        Sessions that each symbol must have traded in.
    spread : callable
        How the parts of the work are gone through: `map` one after the other, the `map` of a pool of
        threads at the same time. The result is the same.

    Returns
    -------
    FeatureTable
        Single precision; NaN where a feature is not known or the symbol did not trade.

    Raises
    ------
    BadInput
        If a name is unknown, the panel is empty, or a feature gives another shape.
    TooLittleData
        If a symbol traded in fewer sessions; names each of them and its count. It is a `ValueError`.

    Examples
    --------
    >>> from quantdeck.research.features.panel import Panel
    >>> close = np.linspace(10.0, 20.0, 80)[None, :]
    >>> day = 86_400_000_000_000 * np.arange(80)
    >>> panel = Panel(("US:X",), day, day, *[close] * 4, close, close, np.ones((1, 80)))
    >>> table = build(panel, ["momentum", "sma20_gap"])
    >>> table.values.shape, round(float(table.column("momentum")[0, 79]), 3)
    ((2, 1, 80), 0.153)
    """
    _check(panel, fewest)
    columns = tuple(names) if names is not None else catalogue.names()
    if len(set(columns)) != len(columns):
        raise BadInput("each feature of a table may be asked for once", field="names")
    needed = dict.fromkeys(catalogue.find(name) for name in columns)
    traded: BoolArray = np.isfinite(panel.close)
    values = np.empty((len(columns), *panel.close.shape), np.float32)
    filled = {name: values[place] for place, name in enumerate(columns)}
    for each in needed:
        if each.name not in filled:  # its rank alone is wanted
            filled[each.name] = np.empty(panel.close.shape, np.float32)
    for parts in _parts(needed, columns, len(panel.symbols)):
        for _ in spread(partial(_fill, panel, traded, filled), parts):
            pass
    levels = tuple(name for name in columns if name in _levels(needed))
    return FeatureTable(
        names=columns,
        symbols=panel.symbols,
        sessions=panel.sessions,
        known_ns=panel.known_ns,
        values=values,
        is_row=traded,
        close=panel.close,
        total=panel.total,
        open=panel.open,
        calendar=panel.calendar,
        source=panel.source,
        is_simulated=panel.is_simulated,
        not_comparable=levels,
    )


# What needs all symbols takes longest and is begun first; ranks are of columns that are whole then.
def _parts(
    needed: Iterable[Feature], columns: Sequence[str], symbols: int
) -> tuple[list[Part], list[Part]]:
    kinds: dict[tuple[str, bool], list[Feature]] = {}
    for each in needed:
        kinds.setdefault((each.function.__module__, each.is_own), []).append(each)
    every = slice(0, symbols)
    blocks = [
        slice(at, min(at + _ROWS_AT_ONCE, symbols)) for at in range(0, symbols, _ROWS_AT_ONCE)
    ]
    found: list[Part] = []
    for (_, is_own), kind in sorted(kinds.items(), key=lambda item: item[0][1]):
        found += [Part(tuple(kind), rows) for rows in (blocks if is_own else [every])]
    ranks = [Part((), every, name) for name in columns if catalogue.find(name).name != name]
    return found, ranks


def _fill(panel: Panel, traded: BoolArray, columns: Mapping[str, Column], part: Part) -> None:
    if part.rank:
        columns[part.rank][:] = session_rank(columns[catalogue.find(part.rank).name])
        return
    some = panel.rows(part.rows)
    rows = traded[part.rows]
    for each in part.features:
        with np.errstate(all="ignore"):
            found = np.asarray(each.function(some), np.float32)
        if found.shape != rows.shape:
            raise BadInput(
                f"feature {each.name} gave an array of shape {found.shape}; it must be {rows.shape}"
            )
        known = np.where(rows & np.isfinite(found), found, np.float32(np.nan))
        columns[each.name][part.rows] = known


def _levels(needed: Iterable[Feature]) -> set[str]:
    return {each.name for each in needed if not each.is_comparable}


def _check(panel: Panel, fewest: int) -> None:
    if not panel.symbols or not len(panel.sessions):
        raise BadInput("features need a panel with at least one symbol and one session")
    counts = panel.is_traded.sum(axis=1)
    short = [
        f"{symbol} has {count}"
        for symbol, count in zip(panel.symbols, counts.tolist(), strict=True)
        if count < fewest
    ]
    if short:
        more = f", and {len(short) - 5} more" if len(short) > 5 else ""
        raise TooLittleData(
            f"features need {fewest} sessions of each symbol; {', '.join(short[:5])}{more}; "
            "fetch more daily bars, or leave these symbols out",
            needed=fewest,
            found=int(counts.min()),
        )
