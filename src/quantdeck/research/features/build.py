"""The table of features from a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.features import catalogue
from quantdeck.research.features.rows import session_rank
from quantdeck.research.features.table import FeatureTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quantdeck.research.features.feature import Feature
    from quantdeck.research.features.panel import Panel

FEWEST = 60
"""Sessions that a symbol needs: fewer leave most features without a figure."""


Kind = tuple["Feature", ...]
"""Features of one file: they may share what they are made of, and are made one after the other."""


class Spread(Protocol):
    """Something that calls a function for each of many, such as `map`, or that of a pool of threads."""

    def __call__(
        self, function: Callable[[Kind], object], of: Sequence[Kind], /
    ) -> Iterable[object]:
        """Return the results in order; called for what it does."""
        ...


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
        How the files of features are worked through: `map` one after the other, the `map` of a pool of
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
    at = {name: place for place, name in enumerate(columns)}
    needed = dict.fromkeys(catalogue.find(name) for name in columns)
    traded = panel.is_traded
    values = np.empty((len(columns), *panel.close.shape), np.float32)

    def fill(each: Feature) -> None:
        with np.errstate(all="ignore"):
            found = np.asarray(each.function(panel), np.float32)
        if found.shape != traded.shape:
            raise BadInput(
                f"feature {each.name} gave an array of shape {found.shape}; it must be {traded.shape}"
            )
        found = np.where(traded & np.isfinite(found), found, np.float32(np.nan))
        if each.name in at:
            values[at[each.name]] = found
        if (rank := f"{each.name}{catalogue.RANK}") in at:
            values[at[rank]] = session_rank(found)

    for _ in spread(lambda kind: [fill(each) for each in kind], _kinds(needed)):
        pass
    levels = tuple(name for name in columns if name in _levels(needed))
    return FeatureTable(
        names=columns,
        symbols=panel.symbols,
        sessions=panel.sessions,
        known_ns=panel.known_ns,
        values=values,
        is_row=np.asarray(traded, np.bool_),
        close=panel.close,
        total=panel.total,
        open=panel.open,
        calendar=panel.calendar,
        source=panel.source,
        is_simulated=panel.is_simulated,
        not_comparable=levels,
    )


def _kinds(needed: Iterable[Feature]) -> list[Kind]:
    found: dict[str, list[Feature]] = {}
    for each in needed:
        found.setdefault(each.function.__module__, []).append(each)
    return [tuple(kind) for kind in found.values()]


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
