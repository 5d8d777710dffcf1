"""What the faults do to the events of a connection before they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.sims.alpaca.codec import Codec, Message
from quantdeck.sims.alpaca.fault_table import AlpacaFault
from quantdeck.sims.noise import generator

if TYPE_CHECKING:
    from collections import Counter

    from quantdeck.sims.alpaca.channels import Item
    from quantdeck.sims.alpaca.venue import Venue

_HELD_MS = 1_000
_UNKNOWN_ITEM: dict[str, object] = {"T": "novelty", "S": "SPY", "text": "an item no document names"}


class Shaper:
    """Applies the faults of streams; keeps what is to be sent later.

    Parameters
    ----------
    venue : Venue
        Its faults.
    codec : Codec
        How garbage is written.
    counts : Counter
        Told how often each fault did something.
    """

    def __init__(self, venue: Venue, codec: Codec, counts: Counter[str]) -> None:
        self._faults, self._codec, self._counts = venue.faults, codec, counts
        self._rng = generator(venue.market.seed, "faults", "alpaca")
        self._held: list[tuple[int, list[Item]]] = []
        self._big_ms = 0
        self._garbage = 0

    @property
    def is_big(self) -> bool:
        """Whether everything goes into one message."""
        return self._faults.has(AlpacaFault.BIG_FRAME)

    def loses(self, _symbol: str) -> bool:
        """Whether a subscription is lost."""
        return self._happens(AlpacaFault.LOST_SUBSCRIPTIONS)

    def shaped(self, items: list[Item], now_ms: int) -> list[Item]:
        """Return what is sent now in place of items."""
        items = self._muted(items)
        if self._faults.has(AlpacaFault.BAD_ITEMS):
            items = [
                self._spoilt(item) if self._happens(AlpacaFault.BAD_ITEMS) else item
                for item in items
            ]
        if self._faults.has(AlpacaFault.UNKNOWN_KEYS):
            items = [item | {"novelty": {"text": 1}} for item in items]
            self._counts[AlpacaFault.UNKNOWN_KEYS] += len(items)
        if self._faults.has(AlpacaFault.DUPLICATES):
            items = [
                each
                for item in items
                for each in ([item, item] if self._happens(AlpacaFault.DUPLICATES) else [item])
            ]
        if self._faults.has(AlpacaFault.UNKNOWN_KINDS) and items:
            items = [dict(_UNKNOWN_ITEM), *items]
            self._counts[AlpacaFault.UNKNOWN_KINDS] += 1
        return self._later(items, now_ms)

    def with_garbage(self, messages: list[Message]) -> list[Message]:
        """Return messages with some between them that cannot be decoded."""
        if not self._faults.has(AlpacaFault.GARBAGE):
            return messages
        found: list[Message] = []
        for message in messages:
            if self._happens(AlpacaFault.GARBAGE):
                found.append(self._rubbish(message))
            found.append(message)
        return found

    def _happens(self, name: AlpacaFault) -> bool:
        fault = self._faults.get(name)
        if fault is None or self._rng.random() >= (fault.value or 0.0):
            return False
        self._counts[name] += 1
        return True

    def _muted(self, items: list[Item]) -> list[Item]:
        mutes = [fault for fault in self._faults.all() if fault.name == AlpacaFault.MUTE]
        if not mutes:
            return items
        kept = [
            item for item in items if not any(fault.touches(item.get("S", "")) for fault in mutes)
        ]
        self._counts[AlpacaFault.MUTE] += len(items) - len(kept)
        return kept

    def _spoilt(self, item: Item) -> Item:
        if self._rng.random() < 0.5:
            return {key: value for key, value in item.items() if key != "S"}
        name = "bp" if "bp" in item else "p"
        return item | {name: "soon"}

    def _later(self, items: list[Item], now_ms: int) -> list[Item]:
        slow = self._faults.get(AlpacaFault.SLOW)
        if slow is not None:
            self._counts[AlpacaFault.SLOW] += len(items)
        due_ms = now_ms + int(slow.value or 0) if slow is not None else now_ms
        if self.is_big:
            if now_ms - self._big_ms < _HELD_MS:
                due_ms = self._big_ms + _HELD_MS
            else:
                self._big_ms = now_ms
        if items:
            self._held.append((due_ms, items))
        due = [item for when, held in self._held if when <= now_ms for item in held]
        self._held = [entry for entry in self._held if entry[0] > now_ms]
        return due

    def _rubbish(self, message: Message) -> Message:
        self._garbage += 1
        forms = (
            Message(message.payload[: len(message.payload) // 2], message.is_binary),
            Message(b'{"T":"error","code":', is_binary=False),
            Message(b"\xc1\xff\x00", is_binary=True),
            Message(b"7" if not message.is_binary else b"\x07", message.is_binary),
            Message(b"", message.is_binary),
        )
        return forms[self._garbage % len(forms)]
