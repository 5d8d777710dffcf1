"""The symbols of the newest session by score, each with its view."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.model.errors import NoData
from quantdeck.research.playbook.entry import Entry
from quantdeck.research.playbook.inputs import session_of
from quantdeck.research.playbook.rules import richness_of, view_of
from quantdeck.research.playbook.scores import (
    FACTORS,
    PROBABILITY,
    coverage_of,
    explained,
    lean_of,
    score_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import BoolArray, FloatArray
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.playbook.entry import Contribution
    from quantdeck.research.playbook.inputs import Foretold, PlaybookRules


@dataclass(frozen=True, slots=True)
class Ranked:
    """Symbols of the newest session by score, still without trades.

    Parameters
    ----------
    entries : tuple of Entry
        Foremost first.
    left_out : dict of str to str
        Symbols without a score, and why.
    """

    entries: tuple[Entry, ...]
    left_out: dict[str, str]


def ranked(table: FeatureTable, rules: PlaybookRules, foretold: Foretold | None = None) -> Ranked:
    """Return the symbols that traded in the newest session, by score.

    Parameters
    ----------
    table : FeatureTable
        Features; those of the last session count.
    rules : PlaybookRules
        Weights and thresholds.
    foretold : Foretold or None
        What a model says; None where there is none.

    Returns
    -------
    Ranked
        Equal scores by symbol.

    Raises
    ------
    NoData
        If the table has no session, or no symbol a score.
    """
    if not len(table.sessions):
        raise NoData("the table of features has no session; build one with quantdeck features")
    is_row = table.is_row[:, -1]
    columns = {name: _column(table, name, is_row) for name in FACTORS}
    if foretold is not None:
        columns[PROBABILITY] = np.where(is_row, foretold.probability, np.nan)
    found: list[tuple[float, str, int, tuple[Contribution, ...]]] = []
    left_out: dict[str, str] = {}
    for at, parts in enumerate(explained(columns, rules.weights)):
        score = score_of(parts)
        if score is not None:
            found.append((-score, table.symbols[at], at, parts))
        else:
            left_out[table.symbols[at]] = (
                "none of its factors is known" if is_row[at] else "it did not trade in the session"
            )
    if not found:
        raise NoData(
            f"no symbol has a score on {session_of(table)}: no factor is known of the "
            f"{len(table.symbols)} in the table; build features, or train a model"
        )
    found.sort(key=lambda each: each[:2])
    entries = tuple(
        _entry(
            rank,
            symbol,
            parts,
            rules,
            _cell(columns[PROBABILITY], at),
            _cell(columns["iv_edge"], at),
        )
        for rank, (_, symbol, at, parts) in enumerate(found, 1)
    )
    return Ranked(entries, left_out)


def newest(table: FeatureTable, name: str, at: int) -> float | None:
    """Return a feature of one symbol in the newest session, or None where it is not known.

    Parameters
    ----------
    table : FeatureTable
        Features.
    name : str
        Of the feature, which need not be in the table.
    at : int
        Index of the symbol.

    Returns
    -------
    float or None
        Its value.
    """
    return _cell(table.values[table.names.index(name), :, -1], at) if name in table.names else None


def _entry(
    rank: int,
    symbol: str,
    parts: tuple[Contribution, ...],
    rules: PlaybookRules,
    probability: float | None,
    iv_edge: float | None,
) -> Entry:
    view, why = view_of(probability, lean_of(parts), rules.thresholds)
    return Entry(
        rank=rank,
        symbol=symbol,
        score=score_of(parts) or 0.0,
        coverage=coverage_of(parts, rules.weights),
        absent=tuple(each.factor for each in parts if each.z is None),
        contributions=parts,
        probability=probability,
        view=view.value,
        richness=richness_of(iv_edge, rules.thresholds).value,
        view_why=why,
    )


def _column(table: FeatureTable, name: str, is_row: BoolArray) -> FloatArray:
    if name not in table.names:
        return np.full(len(table.symbols), np.nan)
    return np.where(is_row, table.column(name)[:, -1].astype(np.float64), np.nan)


def _cell(column: NDArray[Any], at: int) -> float | None:
    value = float(column[at])
    return value if math.isfinite(value) else None
