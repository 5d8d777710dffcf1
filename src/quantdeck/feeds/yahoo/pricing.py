"""From a message of the streamer to events in the sink.

JSON around base64 around a protocol buffer, ``PricingData``: last prices in single precision, sampled by Yahoo
about once a second, with the size of the last trade where there is one. Fields that are not known here are
passed over.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from typing import TYPE_CHECKING, Literal

import msgspec

from quantdeck.feeds.yahoo.access import SOURCE
from quantdeck.feeds.yahoo.symbols import canonical_symbol
from quantdeck.model.errors import BadInput, BadMessage

if TYPE_CHECKING:
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

_MS = 1_000_000
_QUOTED = 2_000
_HINT, _FINER = 2, 6
_Kind = Literal["single", "signed", "number"]
_NUMBERS: dict[int, tuple[str, _Kind]] = {
    2: ("price", "single"),
    3: ("time_ms", "signed"),
    7: ("hours", "number"),
    9: ("day_volume", "signed"),
    22: ("last_size", "signed"),
    23: ("bid", "single"),
    24: ("bid_size", "signed"),
    25: ("ask", "single"),
    26: ("ask_size", "signed"),
    27: ("price_hint", "signed"),
}
_SYMBOL = 1
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


class Envelope(msgspec.Struct, frozen=True):
    """What is around the protocol buffer."""

    message: str
    type: str = ""


class Pricing(msgspec.Struct, frozen=True):
    """What Yahoo tells of a symbol; 0 where it does not.

    Parameters
    ----------
    symbol : str
        In Yahoo's letters.
    price : float
        Last. [currency]
    time_ms : int
        Of it, since 1970. [ms]
    hours : int
        0 before, 1 in, 2 after regular hours, 3 closed.
    day_volume, last_size : int
        [units]
    bid, ask : float
        [currency]
    bid_size, ask_size : int
        [units]
    price_hint : int
        Decimals of prices.
    """

    symbol: str
    price: float = 0.0
    time_ms: int = 0
    hours: int = 0
    day_volume: int = 0
    last_size: int = 0
    bid: float = 0.0
    bid_size: int = 0
    ask: float = 0.0
    ask_size: int = 0
    price_hint: int = _HINT


_envelope = msgspec.json.Decoder(Envelope).decode


def pricing_of(frame: bytes) -> Pricing:
    """Return what a frame tells.

    Raises
    ------
    BadMessage
        If it cannot be read.

    Examples
    --------
    >>> pricing_of(b'{"type":"pricing","message":"CgNTUFkVAIApRA=="}').price
    678.0
    """
    try:
        payload = base64.b64decode(_envelope(frame).message, validate=True)
        return _unpacked(payload)
    except (
        msgspec.MsgspecError,
        UnicodeDecodeError,
        RecursionError,
        binascii.Error,
        ValueError,
        IndexError,
        struct.error,
    ) as error:
        raise BadMessage(SOURCE, f"no message of the streamer: {error}", frame[:_QUOTED]) from error


class PricingDecoder:
    """Puts what the streamer tells into a sink. Owned by the stream, so that a new socket goes on counting.

    Parameters
    ----------
    sink : EventSink
        Where events go: a price as a trade of unknown side, a bid or an ask as a quote.
    instruments : InstrumentTable
        Ids of canonical symbols.

    Attributes
    ----------
    ignored : int
        Messages that said nothing new.
    last_data_ns : int
        Receipt of the last message, UTC; 0 before. [ns]
    hours : dict of str to int
        What the market of a symbol does, by Yahoo's letters and numbers.
    """

    def __init__(self, sink: EventSink, instruments: InstrumentTable) -> None:
        self.ignored = 0
        self.last_data_ns = 0
        self.hours: dict[str, int] = {}
        self._sink, self._instruments = sink, instruments
        self._last: dict[str, tuple[int, float, int]] = {}
        self._count = 0

    def decode(self, frame: bytes, recv_ns: int) -> None:
        """Take a frame.

        Raises
        ------
        BadMessage
            If it cannot be read.
        """
        told = pricing_of(frame)
        try:
            symbol = self._instruments.id_of(canonical_symbol(told.symbol))
        except BadInput as error:
            raise BadMessage(SOURCE, str(error), frame[:_QUOTED]) from error
        self.last_data_ns = recv_ns
        self.hours[told.symbol] = told.hours
        this = told.time_ms, told.price, told.day_volume
        if this == self._last.get(told.symbol):
            self.ignored += 1
            return
        self._last[told.symbol] = this
        self._count += 1
        ts_ns = told.time_ms * _MS or recv_ns
        if told.price > 0:
            price = _rounded(told.price, told)
            self._sink.trade(
                ts_ns, recv_ns, self._count, price, float(told.last_size), symbol, 0, 0
            )
        if told.bid > 0 or told.ask > 0:
            bid, ask = _rounded(told.bid, told), _rounded(told.ask, told)
            sizes = _size(told.bid_size), _size(told.ask_size)
            self._sink.quote(ts_ns, recv_ns, self._count, bid, ask, *sizes, symbol, 0)


def _rounded(value: float, told: Pricing) -> float:
    # Prices came in single precision: 201.53 as 201.52999877929688.
    if value <= 0:
        return math.nan
    return round(value, max(_HINT, min(told.price_hint, _FINER)) if value >= 1 else _FINER)


def _size(value: int) -> float:
    return float(value) if value > 0 else math.nan


def _unpacked(payload: bytes) -> Pricing:
    symbol = ""
    found: dict[str, float | int] = {}
    at = 0
    while at < len(payload):
        key, at = _varint(payload, at)
        field, kind = key >> 3, key & 7
        if kind == _VARINT:
            number, at = _varint(payload, at)
            if (named := _NUMBERS.get(field)) is not None:
                found[named[0]] = number >> 1 ^ -(number & 1) if named[1] == "signed" else number
            continue
        size, at = _length(payload, at, kind)
        raw = payload[at : at + size]
        at += size
        if len(raw) < size:
            raise ValueError("it is cut off")
        if field == _SYMBOL and kind == _BYTES:
            symbol = raw.decode()
        elif (named := _NUMBERS.get(field)) is not None and kind == _FOUR_BYTES:
            value = struct.unpack("<f", raw)[0]
            found[named[0]] = value if math.isfinite(value) else 0.0
    if not symbol:
        raise ValueError("it names no symbol")
    return msgspec.convert({"symbol": symbol, **found}, Pricing)


def _length(payload: bytes, at: int, kind: int) -> tuple[int, int]:
    if kind == _BYTES:
        return _varint(payload, at)
    if kind in (_FOUR_BYTES, _EIGHT_BYTES):
        return (4 if kind == _FOUR_BYTES else 8), at
    raise ValueError(f"there is no wire type {kind}")


def _varint(payload: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = payload[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")
