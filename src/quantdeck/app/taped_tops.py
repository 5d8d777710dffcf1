"""The newest quotes that a data folder knows, for commands that run beside a deck or without one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.model.events import Kind
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import OPTION_VENUE, Right, contract_of
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.open import open_reader
from quantdeck.trading.books import Top

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.tape import TapeReader


class TapedTops:
    """Reads the newest quotes of a folder, while it is written too. Owned by a command.

    Parameters
    ----------
    folder : Path
        Data folder.
    reader : TapeReader, optional
        Of the tape; that of the folder by default.
    """

    def __init__(self, folder: Path, reader: TapeReader | None = None) -> None:
        self._reader = reader or open_reader(folder)
        self._chains = ChainStore(folder)
        self._snapshots: dict[str, ChainSnapshot] = {}

    def of(self, symbols: Iterable[str], *, now_ns: int) -> dict[str, Top]:
        """Return the newest quote of each symbol; see `newest_tops`.

        Raises
        ------
        StoreError
            If the folder cannot be read.
        """
        found: dict[str, Top] = {}
        for symbol in dict.fromkeys(symbols):
            known = [self._taped(symbol)]
            if venue_of(symbol) == OPTION_VENUE:
                known.append(self._in_chain(contract_of(symbol)))
            tops = [top for top in known if top is not None]
            if tops:
                # A market's clock may be ahead of ours by a little; a quote is never younger than now.
                newest = max(tops, key=lambda top: top.ts_ns)
                found[symbol] = Top(
                    newest.symbol,
                    min(newest.ts_ns, now_ns),
                    newest.bid,
                    newest.ask,
                    newest.bid_size,
                    newest.ask_size,
                )
        return found

    def _taped(self, symbol: str) -> Top | None:
        rows = self._reader.tail(Kind.QUOTE, symbol, 1).to_pylist()
        if not rows:
            return None
        row = rows[-1]
        sides = (_known(row[name]) for name in ("bid", "ask", "bid_size", "ask_size"))
        return Top(symbol, row["ts_event"], *sides)

    def _in_chain(self, contract: OptionContract) -> Top | None:
        stored = self._chains.snapshots(underlying=contract.underlying)
        if not stored:
            return None
        path = stored[0].path
        if path not in self._snapshots:
            # One of each underlying is of use.
            self._snapshots = {
                other: kept
                for other, kept in self._snapshots.items()
                if all(chain.underlying != contract.underlying for chain in kept.chains)
            }
            self._snapshots[path] = self._chains.read(stored[0])
        for chain in self._snapshots[path].chains:
            if chain.key != (contract.root, contract.expiry):
                continue
            at = int(chain.strikes.searchsorted(contract.strike))
            if at == len(chain.strikes) or chain.strikes[at] != contract.strike:
                return None
            side = chain.calls if contract.right is Right.CALL else chain.puts
            prices = (side.bid[at], side.ask[at], side.bid_size[at], side.ask_size[at])
            return Top(contract.symbol, int(side.ts_ns[at]), *map(_known, prices))
        return None


def newest_tops(folder: Path, symbols: Iterable[str], *, now_ns: int) -> dict[str, Top]:
    """Return the newest quote of each symbol that a data folder knows, however old it is.

    Parameters
    ----------
    folder : Path
        Data folder; a deck, ``portfolio-stream`` or ``collect`` may be writing to it.
    symbols : iterable of str
        Canonical symbols.
    now_ns : int
        The time, UTC. [ns]

    Returns
    -------
    dict of str to Top
        Of symbols that are known: from the tape, of options also from the newest chain that was
        collected. Each has the time at which the market said so.

    Raises
    ------
    StoreError
        If the folder cannot be read.
    """
    return TapedTops(folder).of(symbols, now_ns=now_ns)


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
