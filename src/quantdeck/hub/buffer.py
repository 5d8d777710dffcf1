"""The trades in memory, as a table to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from quantdeck.hub.state import LiveState


def buffered(state: LiveState, symbol: str | None) -> pa.Table:
    """Return the trades in memory.

    Parameters
    ----------
    state : LiveState
        What is known now.
    symbol : str or None
        Canonical symbol; all where None.

    Returns
    -------
    pa.Table
        Columns ``ts`` (UTC [ns]), ``symbol``, ``price``, ``size``, ``side`` and ``seq``, by time, symbol
        and number.

    Raises
    ------
    NoData
        If there is none.
    """
    numbers = state.ticks.symbols() if symbol is None else [state.id_of(symbol)]
    parts = [(number, state.ticks.ticks(number)) for number in numbers]
    parts = [(number, ticks) for number, ticks in parts if len(ticks)]
    if not parts:
        raise NoData(
            f"no trade of {symbol or 'any symbol'} is in memory; press Start, or upload some"
        )
    names = [state.instruments.symbol(number) for number, _ in parts]
    codes = np.repeat(np.arange(len(parts), dtype=np.int32), [len(ticks) for _, ticks in parts])
    ts, seq, side = (
        np.concatenate([getattr(ticks, name) for _, ticks in parts])
        for name in ("ts_ns", "seq", "side")
    )
    price, size = (
        np.concatenate([getattr(ticks, name) for _, ticks in parts]) for name in ("price", "size")
    )
    order = np.lexsort((seq, codes, ts))
    words = pa.DictionaryArray.from_arrays(pa.array(codes[order]), pa.array(names, pa.string()))
    return pa.table(
        {
            "ts": ts[order],
            "symbol": words,
            "price": price[order],
            "size": size[order],
            "side": side[order],
            "seq": seq[order],
        }
    )
