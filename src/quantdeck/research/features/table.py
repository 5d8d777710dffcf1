"""The table of features: one row for a symbol and a session, with the time at which it was known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class FeatureTable:
    """Values of K features of N symbols over T sessions.

    Parameters
    ----------
    names : tuple of str
        Of the features, each once; K of them.
    symbols : tuple of str
        N canonical symbols.
    sessions, known_ns : array of int64 of shape (T,)
        Midnight UTC of the session's date, and when its row was known, UTC. [ns]
    values : array of float32 of shape (K, N, T)
        NaN where not known.
    is_row : array of bool of shape (N, T)
        Whether the symbol traded: only those are rows.
    close : array of shape (N, T)
        Closes as in the panel, for labels. [currency]
    total : array of shape (N, T)
        Closes with dividends bought in, for returns.
    open : array of shape (N, T)
        Opens as in the panel: where an order of the session before is executed. [currency]
    calendar, source : str
        As of the panel.
    is_simulated : bool
        As of the panel.
    not_comparable : tuple of str
        Names of features that models leave out, such as prices.

    Raises
    ------
    BadInput
        If shapes differ.
    """

    names: tuple[str, ...]
    symbols: tuple[str, ...]
    sessions: IntArray
    known_ns: IntArray
    values: NDArray[np.float32]
    is_row: NDArray[np.bool_]
    close: FloatArray
    total: FloatArray
    open: FloatArray
    calendar: str = "XNYS"
    source: str = ""
    is_simulated: bool = False
    not_comparable: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.symbols), len(self.sessions))
        if self.values.shape != (len(self.names), *shape):
            raise BadInput(f"values must be of shape {(len(self.names), *shape)}")
        for name in ("is_row", "close", "total", "open"):
            if getattr(self, name).shape != shape:
                raise BadInput(f"{name} of a table must be of shape {shape}")

    def __len__(self) -> int:
        """Return the count of rows."""
        return int(self.is_row.sum())

    @property
    def model_names(self) -> tuple[str, ...]:
        """Names of the features that a model may learn from."""
        return tuple(name for name in self.names if name not in self.not_comparable)

    def column(self, name: str) -> NDArray[np.float32]:
        """Return a feature.

        Parameters
        ----------
        name : str
            Of the feature.

        Returns
        -------
        array of float32 of shape (N, T)
            View.

        Raises
        ------
        BadInput
            If there is none.
        """
        if name not in self.names:
            raise BadInput(f"there is no feature {name!r}; there are {', '.join(self.names)}")
        return self.values[self.names.index(name)]

    def matrix(self, names: Sequence[str], is_taken: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return rows of chosen features, ordered by session, then by symbol.

        Parameters
        ----------
        names : sequence of str
            Columns, in this order.
        is_taken : array of bool of shape (N, T)
            Which rows.

        Returns
        -------
        array of float32 of shape (rows, len(names))
            NaN where not known.

        Raises
        ------
        BadInput
            If a feature is absent.
        """
        taken = is_taken.T
        out = np.empty((int(taken.sum()), len(names)), np.float32)
        for at, name in enumerate(names):
            out[:, at] = self.column(name).T[taken]
        return out

    def fingerprint(self) -> str:
        """Return a digest of names, keys and values: what a model was trained on."""
        digest = hashlib.sha256()
        digest.update("\n".join((*self.names, "", *self.symbols)).encode())
        for array in (self.sessions, self.known_ns, self.is_row, self.values):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def part_of(table: FeatureTable, sessions: slice) -> FeatureTable:
    """Return some sessions of a table, as views.

    Parameters
    ----------
    table : FeatureTable
        Which.
    sessions : slice
        Without a step.

    Returns
    -------
    FeatureTable
        Of every symbol, also of one without a row there.
    """
    cut = {
        name: getattr(table, name)[..., sessions]
        for name in ("sessions", "known_ns", "values", "is_row", "close", "total", "open")
    }
    return replace(table, **cut)


def of_symbols(table: FeatureTable, symbols: Sequence[str]) -> FeatureTable:
    """Return some symbols of a table.

    Parameters
    ----------
    table : FeatureTable
        Which.
    symbols : sequence of str
        Canonical; all where empty.

    Returns
    -------
    FeatureTable
        In the order of the table, without sessions in which none of them traded. Ranks among the symbols
        of a session stay those among all.

    Raises
    ------
    NoData
        If a symbol is not in the table.
    """
    if not symbols:
        return table
    absent = sorted(set(symbols) - set(table.symbols))
    if absent:
        raise NoData(
            f"the table has no {', '.join(absent)}; it has {', '.join(table.symbols[:20])}"
        )
    rows = [at for at, symbol in enumerate(table.symbols) if symbol in set(symbols)]
    kept = table.is_row[rows].any(axis=0)
    cut = {name: getattr(table, name)[rows][:, kept] for name in _CELLS}
    return replace(
        table,
        symbols=tuple(table.symbols[at] for at in rows),
        sessions=table.sessions[kept],
        known_ns=table.known_ns[kept],
        values=table.values[:, rows][:, :, kept],
        **cut,
    )


_CELLS = ("is_row", "close", "total", "open")
