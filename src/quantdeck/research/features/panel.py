"""Prices and other inputs of many symbols by session, each as it was known when the session ended.

Prices are carried FORWARD through splits: the first row is as traded, and later ones are in shares of
that day. So a split of tomorrow changes nothing of today, which adjustment to today's shares would.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.analytics.types import FloatArray, IntArray

PRICES = ("open", "high", "low", "close", "volume")
"""Inputs that every panel has."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Inputs of N symbols over T sessions.

    Parameters
    ----------
    symbols : tuple of str
        Canonical symbols, each once, sorted; N of them.
    sessions : array of int64 of shape (T,)
        Midnight UTC of each session's date, strictly increasing. [ns]
    known_ns : array of int64 of shape (T,)
        When the session ended, UTC: everything in its column was known then. [ns]
    open, high, low, close : array of shape (N, T)
        In shares of the first session; NaN where the symbol did not trade. [currency]
    volume : array of shape (N, T)
        In shares of the first session. [units]
    total : array of shape (N, T)
        Closes with dividends bought in, carried forward likewise; only ratios of it mean anything.
    scale : array of shape (N, T)
        Price here of a price as traded: ``as traded = close / scale``. [1]
    extra : mapping of str to array of shape (N, T) or (T,)
        Further inputs by name, such as ``iv30`` or ``box_rate_1y``; NaN where not known by `known_ns`.
    calendar : str
        Name of the exchange's calendar, or ``24/7``.
    source : str
        Where the prices come from, for the model's card.
    is_simulated : bool
        Whether any of it is.

    Raises
    ------
    BadInput
        If shapes differ, symbols repeat or times do not increase.
    """

    symbols: tuple[str, ...]
    sessions: IntArray
    known_ns: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    total: FloatArray
    scale: FloatArray
    extra: Mapping[str, FloatArray] = field(default_factory=dict[str, "FloatArray"])
    calendar: str = "XNYS"
    source: str = ""
    is_simulated: bool = False
    _made: dict[str, FloatArray] = field(
        default_factory=dict[str, "FloatArray"], init=False, repr=False
    )

    def __post_init__(self) -> None:
        shape = (len(self.symbols), len(self.sessions))
        if len(set(self.symbols)) != len(self.symbols):
            raise BadInput("each symbol of a panel may stand in it once")
        for name in (*PRICES, "total", "scale"):
            if getattr(self, name).shape != shape:
                raise BadInput(f"{name} of a panel must be of shape {shape}")
        for name, values in self.extra.items():
            if values.shape not in (shape, shape[1:]):
                raise BadInput(f"{name} of a panel must be of shape {shape} or {shape[1:]}")
        if self.known_ns.shape != shape[1:] or not (np.diff(self.sessions) > 0).all():
            raise BadInput(
                "sessions of a panel must increase, each with its own time of being known"
            )

    def input(self, name: str) -> FloatArray:
        """Return an input, NaN everywhere where the panel has none of that name.

        Parameters
        ----------
        name : str
            One of `PRICES`, ``total``, ``scale``, or of `extra`.

        Returns
        -------
        array of shape (N, T)
            Inputs of one value a session are repeated for every symbol.
        """
        shape = (len(self.symbols), len(self.sessions))
        if name in (*PRICES, "total", "scale"):
            return getattr(self, name)
        if name in self.extra:
            return np.broadcast_to(self.extra[name], shape)
        return np.full(shape, np.nan)

    def once(self, name: str, make: Callable[[], FloatArray]) -> FloatArray:
        """Return what a function makes, made once for this panel: for what several features share.

        Parameters
        ----------
        name : str
            Of what is made.
        make : callable
            Makes it.

        Returns
        -------
        array
            Not to be written to.
        """
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def until(self, session: int) -> Panel:
        """Return the panel as it stood after a session: nothing later is in it.

        Parameters
        ----------
        session : int
            Index of the last session kept.

        Returns
        -------
        Panel
            Views of this one.
        """
        stop = session + 1
        cut = {
            name: getattr(self, name)[..., :stop]
            for name in ("sessions", "known_ns", *PRICES, "total", "scale")
        }
        extra = {name: values[..., :stop] for name, values in self.extra.items()}
        return replace(self, extra=extra, **cut)

    def rows(self, symbols: slice) -> Panel:
        """Return the panel of some symbols alone.

        Parameters
        ----------
        symbols : slice
            Of the rows.

        Returns
        -------
        Panel
            Views of this one.
        """
        cut = {name: getattr(self, name)[symbols] for name in (*PRICES, "total", "scale")}
        extra = {k: v if v.ndim == 1 else v[symbols] for k, v in self.extra.items()}
        return replace(self, symbols=self.symbols[symbols], extra=extra, **cut)

    @property
    def periods_per_year(self) -> float:
        """Sessions of a year: 365 where the market never closes, else 252."""
        return 365.0 if self.calendar == "24/7" else 252.0

    @property
    def is_traded(self) -> FloatArray:
        """Whether a symbol had a close in a session: boolean array of shape (N, T)."""
        return np.isfinite(self.close)
