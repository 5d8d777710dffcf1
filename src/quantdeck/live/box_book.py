"""The newest quote of every option of a desk, kept so that one expiry is a slice of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.chains import ExpiryChain, SideQuotes
from quantdeck.model.events import Kind
from quantdeck.model.options import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.events import Rows
    from quantdeck.model.options import OptionContract

ChainKey = tuple[str, "date"]
"""Root and expiry."""

_PRICES = ("bid", "ask", "bid_size", "ask_size")
_COLUMNS = (*_PRICES, "ts_ns", "volume", "open_interest")


class BoxBook:
    """Quotes of many expiries: O(1) work an event, one expiry copied out when it is asked for.

    Calls stand in the first half of every array and puts in the second, strikes of one expiry side by
    side, so that a chain is two slices. Contracts that are not European or not standard are kept too:
    what they may be used for is the business of `quantdeck.analytics.boxes`.

    Parameters
    ----------
    id_of : callable
        Gives the id of a canonical symbol, as `InstrumentTable.id_of` does.

    Attributes
    ----------
    revision : int
        Changes with everything that may change an answer.
    newest_ns : int or None
        Time of the newest quote, UTC. [ns]
    layout : int
        Changes when other contracts are listed.

    Examples
    --------
    >>> from quantdeck.model.instruments import InstrumentTable
    >>> from quantdeck.model.options import contract_of
    >>> book = BoxBook(InstrumentTable().id_of)
    >>> book.list([contract_of("SPXW261218C05000000"), contract_of("SPXW261218P05000000")])
    >>> [(chain.root, chain.strikes.tolist()) for chain in book.chains()]
    [('SPXW', [5000.0])]
    """

    def __init__(self, id_of: Callable[[str], int]) -> None:
        self._id_of = id_of
        self._terms: dict[ChainKey, tuple[OptionContract, slice]] = {}
        self._slots: dict[str, int] = {}
        self._strikes = np.empty(0)
        self._slot_of_id = np.full(0, -1, dtype=np.int64)
        self._underlying_of_id: dict[int, str] = {}
        self._spots: dict[str, float] = {}
        self._spot_ns: dict[str, int] = {}
        self._chain_of_slot = np.empty(0, dtype=np.int64)
        self._all = SideQuotes.empty(0)
        self._touched: set[int] = set()
        self.revision = 0
        self.newest_ns: int | None = None
        self.layout = 0

    def list(self, contracts: Sequence[OptionContract]) -> None:
        """Take these contracts and no others; what is known of those kept stays known.

        Parameters
        ----------
        contracts : sequence of OptionContract
            In any order; one side of a strike may be missing.
        """
        kept_slots, kept = self._slots, self._all
        self._lay_out(contracts)
        old = [kept_slots[symbol] for symbol in self._slots if symbol in kept_slots]
        new = [slot for symbol, slot in self._slots.items() if symbol in kept_slots]
        for name in _COLUMNS:
            getattr(self._all, name)[new] = getattr(kept, name)[old]
        for contract in contracts:
            if contract.open_interest is not None and contract.symbol in self._slots:
                slot = self._slots[contract.symbol]
                self._all.open_interest[slot] = contract.open_interest
        self._touched = set(range(len(self._terms)))
        self.revision += 1
        self.layout += 1

    def take(self, kind: Kind, rows: Rows) -> None:
        """Take events of any symbols; those of others than the listed options are passed over.

        Parameters
        ----------
        kind : Kind
            Quotes replace what was known unless they are older; executions add to the volume and
            give the price of an underlying.
        rows : structured array
            In order of arrival.
        """
        if kind is Kind.QUOTE:
            self._take_quotes(rows)
        elif kind is Kind.TRADE:
            self._take_trades(rows)

    def seed(self, snapshot: ChainSnapshot) -> None:
        """Take what a snapshot says of listed contracts; newer quotes are kept."""
        for given in snapshot.chains:
            known = self._terms.get(given.key)
            if known is None:
                continue
            where = known[1]
            if np.isfinite(given.spot):
                self._spots[given.underlying] = given.spot
                self._spot_ns[given.underlying] = snapshot.taken_ns
            at = np.searchsorted(self._strikes[where], given.strikes)
            at = np.minimum(at, where.stop - where.start - 1)
            same = self._strikes[where][at] == given.strikes
            for side, offset in ((given.calls, 0), (given.puts, len(self._strikes))):
                self._seed_side(side, at[same] + where.start + offset, same)
                self._note_newest(at[same] + where.start + offset)
            self._touched.add(list(self._terms).index(given.key))
        self.revision += 1

    def touched(self) -> set[ChainKey]:
        """Return the chains that changed since the last call."""
        keys = list(self._terms)
        touched, self._touched = self._touched, set()
        return {keys[number] for number in touched}

    def listed(self) -> list[ChainKey]:
        """Return root and expiry of every chain, ordered."""
        return list(self._terms)

    def underlying(self, key: ChainKey) -> str:
        """Return the canonical symbol that a listed chain settles on."""
        return self._terms[key][0].underlying

    def chain(self, key: ChainKey) -> ExpiryChain:
        """Return one chain as it is now; the arrays are the caller's.

        Raises
        ------
        KeyError
            If it is not listed.
        """
        contract, where = self._terms[key]
        half = len(self._strikes)
        puts = slice(where.start + half, where.stop + half)
        return ExpiryChain(
            root=contract.root,
            underlying=contract.underlying,
            expiry=contract.expiry,
            settlement=contract.settlement,
            style=contract.style,
            multiplier=contract.multiplier,
            strikes=self._strikes[where].copy(),
            calls=self._all.part(where),
            puts=self._all.part(puts),
            spot=self._spots.get(contract.underlying, np.nan),
        )

    def spot(self, underlying: str) -> tuple[float, int] | None:
        """Return the price of an underlying and its time, UTC [ns]; None where none was told."""
        price = self._spots.get(underlying)
        return None if price is None else (price, self._spot_ns[underlying])

    def chains(self) -> tuple[ExpiryChain, ...]:
        """Return every chain as it is now, ordered by root and expiry."""
        return tuple(self.chain(key) for key in self._terms)

    def _lay_out(self, contracts: Sequence[OptionContract]) -> None:
        grouped: dict[ChainKey, list[OptionContract]] = {}
        for contract in contracts:
            # An adjusted contract of the same name delivers something else.
            if contract.standard:
                grouped.setdefault((contract.root, contract.expiry), []).append(contract)
        self._terms = {}
        ladders: list[list[float]] = []
        begin = 0
        for key in sorted(grouped):
            ladders.append(sorted({contract.strike for contract in grouped[key]}))
            self._terms[key] = grouped[key][0], slice(begin, begin + len(ladders[-1]))
            begin += len(ladders[-1])
        self._strikes = np.asarray([strike for ladder in ladders for strike in ladder])
        numbers = [number for number, ladder in enumerate(ladders) for _ in ladder]
        self._chain_of_slot = np.tile(np.asarray(numbers, dtype=np.int64), 2)
        self._all = SideQuotes.empty(2 * begin)
        self._name(grouped)

    def _name(self, grouped: dict[ChainKey, list[OptionContract]]) -> None:
        half = len(self._strikes)
        self._slots = {}
        for key, (_, where) in self._terms.items():
            place = {s: where.start + at for at, s in enumerate(self._strikes[where].tolist())}
            for contract in grouped[key]:
                right = half if contract.right is Right.PUT else 0
                self._slots[contract.symbol] = place[contract.strike] + right
        ids = {self._id_of(symbol): slot for symbol, slot in self._slots.items()}
        self._slot_of_id = np.full(max(ids, default=-1) + 1, -1, dtype=np.int64)
        self._slot_of_id[list(ids)] = list(ids.values())
        self._underlying_of_id = {
            self._id_of(terms.underlying): terms.underlying for terms, _ in self._terms.values()
        }

    def _take_quotes(self, rows: Rows) -> None:
        self._note_spots(rows, (rows["bid"] + rows["ask"]) / 2)
        slots, known = self._slots_of(rows)
        if not len(slots):
            return
        rows = rows[known]
        order = np.argsort(rows["ts_event"], kind="stable")
        slots, rows = slots[order], rows[order]
        newer = rows["ts_event"] >= self._all.ts_ns[slots]
        slots, rows = slots[newer], rows[newer]
        # Of several quotes of one option the last is the one that stays.
        for name in _PRICES:
            getattr(self._all, name)[slots] = rows[name]
        self._all.ts_ns[slots] = rows["ts_event"]
        self._touch(slots)

    def _take_trades(self, rows: Rows) -> None:
        self._note_spots(rows, rows["price"])
        slots, known = self._slots_of(rows)
        if not len(slots):
            return
        volume = self._all.volume
        volume[slots] = np.nan_to_num(volume[slots])
        np.add.at(volume, slots, rows["size"][known])
        self._touch(slots)

    def _note_spots(self, rows: Rows, prices: NDArray[np.float64]) -> None:
        for number, underlying in self._underlying_of_id.items():
            of_it = np.flatnonzero((rows["symbol"] == number) & np.isfinite(prices))
            if len(of_it):
                self._spots[underlying] = float(prices[of_it[-1]])
                self._spot_ns[underlying] = int(rows["ts_event"][of_it[-1]])
                self.revision += 1

    def _slots_of(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        ids = rows["symbol"]
        if not len(self._slot_of_id):
            return np.empty(0, dtype=np.int64), np.zeros(len(rows), dtype=bool)
        inside = ids < len(self._slot_of_id)
        slots = np.where(inside, self._slot_of_id[np.where(inside, ids, 0)], -1)
        known = slots >= 0
        return slots[known], known

    def _touch(self, slots: NDArray[np.int64]) -> None:
        self._note_newest(slots)
        self._touched.update(np.unique(self._chain_of_slot[slots]).tolist())
        self.revision += 1

    def _note_newest(self, slots: NDArray[np.int64]) -> None:
        newest = int(self._all.ts_ns[slots].max(initial=0))
        if newest > (self.newest_ns or 0):
            self.newest_ns = newest

    def _seed_side(
        self, side: SideQuotes, slots: NDArray[np.int64], given: NDArray[np.bool_]
    ) -> None:
        for name in ("volume", "open_interest"):
            told, known = getattr(side, name)[given], getattr(self._all, name)
            known[slots] = np.where(np.isnan(told), known[slots], told)
        newer = side.ts_ns[given] >= self._all.ts_ns[slots]
        for name in (*_PRICES, "ts_ns"):
            getattr(self._all, name)[slots[newer]] = getattr(side, name)[given][newer]
