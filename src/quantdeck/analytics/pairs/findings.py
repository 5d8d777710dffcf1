"""What a scan says of its pairs, held as columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np
from numpy.typing import NDArray

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quantdeck.analytics.types import BoolArray, FloatArray, IntArray

Integers = NDArray[np.integer]
"""Array of whole numbers of any width."""

_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class PairFinding:
    """One pair; y is the side whose line leaves the more stationary spread.

    Parameters
    ----------
    y, x : str
        Dependent and explaining instrument.
    rows : int
        Common rows.
    pvalue_y, pvalue_x : float
        Engle-Granger of y on x, and of x on y; NaN where not tested.
    pvalue : float
        Of the pair, max(pvalue_y, pvalue_x).
    q : float
        The p-value adjusted for the number of pairs.
    statistic : float
        Of y on x.
    lag : int
        Of y on x; -1 where not tested.
    hedge_ratio, intercept : float
        log y = intercept + hedge_ratio log x + spread.
    phi : float
        AR(1) coefficient of that spread.
    half_life : float
        ln 2 / -ln phi; NaN where phi >= 1 (no return) or phi <= 0 (faster than the rows tell). [rows]
    zscore : float
        Of the newest row's spread within the window; NaN where the window is not full.
    correlation : float
        Of log returns from row to row over all rows.
    reason : str
        Why the pair was not tested; empty where it was.
    """

    y: str
    x: str
    rows: int = 0
    pvalue_y: float = math.nan
    pvalue_x: float = math.nan
    pvalue: float = math.nan
    q: float = math.nan
    statistic: float = math.nan
    lag: int = -1
    hedge_ratio: float = math.nan
    intercept: float = math.nan
    phi: float = math.nan
    half_life: float = math.nan
    zscore: float = math.nan
    correlation: float = math.nan
    reason: str = ""


_FIGURES = tuple(each.name for each in fields(PairFinding))[2:-1]


@dataclass(frozen=True, slots=True, eq=False)
class PairFindings(Sequence[PairFinding]):
    """Many pairs, held as columns; an item is made when it is asked for, and not kept.

    Columns are what the fields of `PairFinding` say, and cannot be written to. Two of these are equal
    where all items are; NaN equals NaN.

    Parameters
    ----------
    symbols : tuple of str
        What `y` and `x` point into.
    reasons : tuple of str
        What `reason` points into; the first is empty.
    y, x : array of shape (n,)
        Places of the symbols.
    reason : array of shape (n,)
        Places of the reasons; 0 where a pair was tested.
    rows, lag : array of shape (n,)
        Whole numbers.
    pvalue_y, pvalue, q, statistic, hedge_ratio, intercept, phi, half_life, zscore, correlation : array
        Of shape (n,); NaN where not known.

    Raises
    ------
    BadInput
        If the columns are not equally long.

    Examples
    --------
    >>> one, other = np.array([0, 0]), np.array([1, 2])
    >>> reasons, reason = ("", "3 common rows"), np.array([1, 1])
    >>> found = PairFindings.untested(
    ...     ("A", "B", "C"), reasons, y=one, x=other, rows=np.array([3, 3]), reason=reason
    ... )
    >>> len(found), found[-1].x, [pair.reason for pair in found[:1]]
    (2, 'C', ['3 common rows'])
    >>> found.x, found.at(found.x > 1)[0].y
    (array([1, 2]), 'A')
    """

    symbols: tuple[str, ...]
    reasons: tuple[str, ...]
    y: Integers
    x: Integers
    reason: Integers
    rows: Integers
    lag: Integers
    pvalue_y: FloatArray
    pvalue: FloatArray
    q: FloatArray
    statistic: FloatArray
    hedge_ratio: FloatArray
    intercept: FloatArray
    phi: FloatArray
    half_life: FloatArray
    zscore: FloatArray
    correlation: FloatArray

    def __post_init__(self) -> None:
        for name in _COLUMNS:
            column = cast("Integers | FloatArray", getattr(self, name))
            if column.shape != (len(self.y),):
                raise BadInput(
                    f"columns of pairs must be equally long; y has {len(self.y)} entries, "
                    f"{name} is of shape {column.shape}"
                )
            # A view, so that the array of who made it stays as it was
            seen = column.view()
            seen.flags.writeable = False
            object.__setattr__(self, name, seen)

    @classmethod
    def untested(
        cls,
        symbols: tuple[str, ...],
        reasons: tuple[str, ...],
        *,
        y: Integers,
        x: Integers,
        rows: Integers,
        reason: Integers,
    ) -> PairFindings:
        """Return pairs without figures; see the class. Their columns of NaN take no memory."""
        lag = np.broadcast_to(np.int32(-1), len(y))
        unknown = np.broadcast_to(np.float64(np.nan), len(y))
        figures = dict.fromkeys(_FLOATS, unknown)
        return cls(symbols, reasons, y, x, reason, rows, lag, **figures)

    @property
    def pvalue_x(self) -> FloatArray:
        """Engle-Granger of x on y: the larger one, so that of the pair."""
        return self.pvalue

    def at(self, places: IntArray | BoolArray) -> PairFindings:
        """Return the pairs at some places, in their order, or those where a mask is true."""
        return self._each(lambda column: column[places])

    def __len__(self) -> int:
        return len(self.y)

    @overload
    def __getitem__(self, index: int) -> PairFinding: ...
    @overload
    def __getitem__(self, index: slice) -> PairFindings: ...
    def __getitem__(self, index: int | slice) -> PairFinding | PairFindings:
        if isinstance(index, slice):
            return self._each(lambda column: column[index])
        place = range(len(self))[index]
        return next(self._made(slice(place, place + 1)))

    def __iter__(self) -> Iterator[PairFinding]:
        for first in range(0, len(self), _AT_ONCE):
            yield from self._made(slice(first, first + _AT_ONCE))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PairFindings):
            return NotImplemented
        return all(map(np.array_equal, self._words(), other._words())) and all(
            np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True)
            for name in _FIGURES
        )

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def _each(self, chosen: Callable[[Any], Any]) -> PairFindings:
        return replace(self, **{name: chosen(getattr(self, name)) for name in _COLUMNS})

    def _made(self, part: slice) -> Iterator[PairFinding]:
        symbols, reasons = self.symbols, self.reasons
        names = ("y", "x", "reason", *_FIGURES)
        columns = (getattr(self, name)[part].tolist() for name in names)
        pairs = cast("Iterator[tuple[int, int, int, *tuple[Any, ...]]]", zip(*columns, strict=True))
        for y, x, reason, *figures in pairs:
            yield PairFinding(symbols[y], symbols[x], *figures, reason=reasons[reason])

    def _words(self) -> list[NDArray[np.object_]]:
        symbols, reasons = (np.array(each, np.object_) for each in (self.symbols, self.reasons))
        return [symbols[self.y], symbols[self.x], reasons[self.reason]]


_COLUMNS = tuple(each.name for each in fields(PairFindings))[2:]
_FLOATS = _COLUMNS[_COLUMNS.index("pvalue_y") :]
