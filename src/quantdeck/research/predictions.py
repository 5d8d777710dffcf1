"""What a model said of rows that it had not seen, beside what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.research.features.table import FeatureTable


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Rows out of sample, ordered by session, then by symbol.

    Parameters
    ----------
    session, symbol : array of int64 of shape (n,)
        Indices into the sessions and symbols of the table.
    score : array of shape (n,)
        Probability as the model gives it.
    probability : array of shape (n,)
        Calibrated on earlier predictions alone; NaN where there were too few.
    base : array of shape (n,)
        Share of labels that were 1 in what the model was trained on.
    label : array of shape (n,)
        1 or 0; NaN where not known.
    returns : array of shape (n,)
        Total return over the horizon; NaN where not known. [1]
    fold : array of int64 of shape (n,)
        Which split the row was tested in, from 0.

    Raises
    ------
    BadInput
        If lengths differ.
    """

    session: IntArray
    symbol: IntArray
    score: FloatArray
    probability: FloatArray
    base: FloatArray
    label: FloatArray
    returns: FloatArray
    fold: IntArray

    def __post_init__(self) -> None:
        if len({len(getattr(self, name)) for name in self.__dataclass_fields__}) != 1:
            raise BadInput("every prediction needs all of its columns")

    def __len__(self) -> int:
        """Return the count of rows."""
        return len(self.session)


@dataclass(frozen=True, slots=True, eq=False)
class KeptPredictions:
    """Predictions with the names that their indices stand for, so that they outlive their table.

    Parameters
    ----------
    symbols : tuple of str
        N canonical symbols.
    sessions : array of int64 of shape (T,)
        Midnight UTC of each session's date. [ns]
    rows : Predictions
        Indices into both.

    Raises
    ------
    BadInput
        If an index points nowhere.
    """

    symbols: tuple[str, ...]
    sessions: IntArray
    rows: Predictions

    def __post_init__(self) -> None:
        for at, count in (
            (self.rows.session, len(self.sessions)),
            (self.rows.symbol, len(self.symbols)),
        ):
            if len(at) and not (at.min() >= 0 and at.max() < count):
                raise BadInput("a prediction is of a session or a symbol that is not named")

    @classmethod
    def of(cls, rows: Predictions, table: FeatureTable) -> KeptPredictions:
        """Return predictions with the names of their table.

        Parameters
        ----------
        rows : Predictions
            Indices into the table.
        table : FeatureTable
            That they were made of.
        """
        return cls(table.symbols, table.sessions, rows)

    def on(self, table: FeatureTable) -> Predictions:
        """Return the predictions as indices into another table.

        Parameters
        ----------
        table : FeatureTable
            Its symbols and sessions may be others.

        Returns
        -------
        Predictions
            In the same order; those of symbols or sessions that the table has not are left out.
        """
        places = {symbol: at for at, symbol in enumerate(table.symbols)}
        symbol_at = np.array([places.get(symbol, -1) for symbol in self.symbols], np.int64)
        near = np.searchsorted(table.sessions, self.sessions)
        near = np.minimum(near, len(table.sessions) - 1)
        session_at = np.where(table.sessions[near] == self.sessions, near, -1)
        symbol, session = symbol_at[self.rows.symbol], session_at[self.rows.session]
        is_there = (symbol >= 0) & (session >= 0)
        placed = {
            name: getattr(self.rows, name)[is_there] for name in Predictions.__dataclass_fields__
        }
        placed |= {"symbol": symbol[is_there], "session": session[is_there].astype(np.int64)}
        return Predictions(**placed)
