"""The streamer's message: a protocol buffer in base64 within JSON.

Fields and numbers of ``PricingData`` as the vendor's clients read them. Absent values are left out, and so
are zeros, as protocol buffers of version 3 do.
"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass

import msgspec

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class Pricing:
    """What is told of one symbol.

    Parameters
    ----------
    symbol : str
        Whose.
    price : float
        Last. [USD]
    time_ms : int
        When, since 1970. [ms]
    currency, exchange : str
        Of the price.
    quote_type, market_hours : int
        Numbers of the kind and of the state of the market.
    change_percent, change : float
        Since the last close. [%, USD]
    day_volume : int
        [shares]
    day_high, day_low : float
        [USD]
    previous_close : float
        [USD]
    last_size : int
        Of the last trade. [shares]
    price_hint : int
        Decimals of prices.
    """

    symbol: str
    price: float
    time_ms: int
    currency: str
    exchange: str
    quote_type: int
    market_hours: int
    change_percent: float
    change: float
    day_volume: int
    day_high: float
    day_low: float
    previous_close: float
    last_size: int
    price_hint: int = 2

    def packed(self) -> bytes:
        """Return the protocol buffer."""
        parts = (
            _text(1, self.symbol),
            _single(2, self.price),
            _signed(3, self.time_ms),
            _text(4, self.currency),
            _text(5, self.exchange),
            _number(6, self.quote_type),
            _number(7, self.market_hours),
            _single(8, self.change_percent),
            _signed(9, self.day_volume),
            _single(10, self.day_high),
            _single(11, self.day_low),
            _single(12, self.change),
            _single(16, self.previous_close),
            _signed(22, self.last_size),
            _signed(27, self.price_hint),
        )
        return b"".join(parts)

    def message(self) -> bytes:
        """Return what is sent."""
        return enveloped(self.packed())


def enveloped(payload: bytes) -> bytes:
    r"""Return a protocol buffer as the streamer sends it.

    Examples
    --------
    >>> enveloped(b"\x0a\x03SPY").decode()
    '{"type":"pricing","message":"CgNTUFk="}'
    """
    return msgspec.json.encode({"type": "pricing", "message": base64.b64encode(payload).decode()})


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _text(field: int, value: str) -> bytes:
    raw = value.encode()
    return _key(field, _BYTES) + _varint(len(raw)) + raw if raw else b""


def _number(field: int, value: int) -> bytes:
    return _key(field, _VARINT) + _varint(value) if value else b""


def _signed(field: int, value: int) -> bytes:
    # Zigzag: small numbers of either sign stay short.
    return _key(field, _VARINT) + _varint(value << 1 ^ value >> 63) if value else b""


def _single(field: int, value: float) -> bytes:
    return _key(field, _FIXED32) + struct.pack("<f", value) if value else b""
