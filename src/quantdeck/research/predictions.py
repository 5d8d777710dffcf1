"""What a model said of rows that it had not seen, beside what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray


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
