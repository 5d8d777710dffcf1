"""Compiled reading of plain quotes, which are nearly all that an option stream brings.

With tens of thousands of symbols every object of the interpreter that a quote touches is a miss of the
processor's cache; here a quote touches two short rows of arrays. Whatever is not plain (another kind of
item, a symbol met for the first time, a form of number or time that is rare) ends the scan, and the rest of
the frame is read by `quantdeck.feeds.alpaca.decode`, whose results are the same.

Source: MessagePack specification, "Formats" and "Timestamp extension type".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel
from quantdeck.feeds.symbol_table import MIXER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

STATE_COLUMNS = 6
"""Columns of `quantdeck.feeds.alpaca.numbers.Numbers.state`."""

_NAN_BITS = 0x7FF8000000000000
_LARGEST_BITS = 0x43ABC16D674EC800  # of 1e18; those of positive numbers ascend with them
_MOST_SECONDS = 9_223_372_035
_NS = 1_000_000_000
_KEY_T, _KEY_S, _KEY_TIME = 0x54, 0x53, 0x74
_KEY_BP, _KEY_BS, _KEY_AP, _KEY_AS = 0x7062, 0x7362, 0x7061, 0x7361
_TAG_QUOTE = 0x71


@kernel("flags", "int", "int_rows_out", "int_rows_out", "int_rows_out", "floats_out", "ints_out")
def scan_quotes(  # noqa: C901, PLR0911, PLR0912, PLR0913, PLR0915, PLR0917 - one compiled loop
    data: NDArray[np.uint8],
    recv_ns: int,
    table: IntArray,
    state: IntArray,
    out: IntArray,
    as_float: FloatArray,
    as_bits: IntArray,
) -> int:
    """Fill `out` with the plain quotes that a frame begins with.

    Rows of `out` are those of `QUOTE_DTYPE` as eight words. `as_float` and `as_bits` are one number in
    two views. Returns the count of rows where that is the whole frame, and -1 minus the count where
    something else follows.
    """
    size = len(data)
    if size < 1:
        return -1
    head = data[0]
    if 0x90 <= head <= 0x9F:
        items, p = head & 0x0F, 1
    elif head == 0xDC and size >= 3:
        items, p = (data[1] & 0xFF) << 8 | data[2] & 0xFF, 3
    else:
        return -1
    if items > len(out):
        return -1
    slots = len(table) - 1
    for row in range(items):
        if p >= size or not 0x80 <= data[p] <= 0x8F:
            return -1 - row
        fields = data[p] & 0x0F
        p += 1
        is_quote, ts, found = False, -1, -1
        bid, ask, bid_size, ask_size = 0, 0, 0, 0
        for _ in range(fields):
            # The key: a text of one or two letters.
            if p + 3 > size:
                return -1 - row
            key = data[p + 1] & 0xFF
            if data[p] == 0xA2:
                key |= data[p + 2] << 8
                p += 3
            elif data[p] == 0xA1:
                p += 2
            else:
                return -1 - row
            if p >= size:
                return -1 - row
            kind = data[p]
            if key == _KEY_T:
                if p + 2 > size or kind != 0xA1 or data[p + 1] != _TAG_QUOTE:
                    return -1 - row
                is_quote = True
                p += 2
            elif key == _KEY_S:
                length = kind & 0x1F
                if not 0xA0 <= kind <= 0xB8 or p + 1 + length > size:
                    return -1 - row
                first, second, third = 0, 0, 0
                for n in range(length):
                    letter = (data[p + 1 + n] & 0xFF) << (n % 8 * 8)
                    if n < 8:
                        first |= letter
                    elif n < 16:
                        second |= letter
                    else:
                        third |= letter
                p += 1 + length
                mixed = (first * MIXER ^ second) * MIXER ^ third
                mixed *= MIXER
                place = (mixed >> 32) & slots
                while table[place, 3] and not (
                    table[place, 0] == first
                    and table[place, 1] == second
                    and table[place, 2] == third
                ):
                    place = (place + 1) & slots
                found = table[place, 3] - 1
                if found < 0:
                    return -1 - row
            elif key == _KEY_TIME:
                if p + 10 <= size and kind == 0xD7 and data[p + 1] == 0xFF:
                    high, low = 0, 0
                    for n in range(4):
                        high = high << 8 | data[p + 2 + n]
                        low = low << 8 | data[p + 6 + n]
                    seconds, part = (high & 3) << 32 | low, high >> 2
                    p += 10
                elif p + 6 <= size and kind == 0xD6 and data[p + 1] == 0xFF:
                    seconds, part = 0, 0
                    for n in range(4):
                        seconds = seconds << 8 | data[p + 2 + n]
                    p += 6
                else:
                    return -1 - row
                if seconds > _MOST_SECONDS or part >= _NS:
                    return -1 - row
                ts = seconds * _NS + part
            elif key in (_KEY_BP, _KEY_BS, _KEY_AP, _KEY_AS):
                bits = 0
                if kind == 0xCB:
                    if p + 9 > size:
                        return -1 - row
                    for n in range(8):
                        bits = bits << 8 | data[p + 1 + n]
                    p += 9
                    if not 0 <= bits <= _LARGEST_BITS:
                        return -1 - row
                else:
                    number, width = kind & 0x7F, 0
                    if kind in (0xCC, 0xCD, 0xCE):
                        number, width = 0, 1 << (kind - 0xCC)
                    elif kind > 0x7F:
                        return -1 - row
                    if p + 1 + width > size:
                        return -1 - row
                    for n in range(width):
                        number = number << 8 | data[p + 1 + n]
                    p += 1 + width
                    as_float[0] = number
                    bits = as_bits[0]
                if key == _KEY_BP:
                    bid = bits
                elif key == _KEY_BS:
                    bid_size = bits
                elif key == _KEY_AP:
                    ask = bits
                else:
                    ask_size = bits
            else:
                # What is not read: a small number, a short text, or a list of them.
                texts = 1
                if 0x90 <= kind <= 0x9F:
                    texts = kind & 0x0F
                    p += 1
                for _ in range(texts):
                    if p >= size:
                        return -1 - row
                    if 0xA0 <= data[p] <= 0xBF:
                        p += 1 + (data[p] & 0x1F)
                    elif data[p] <= 0x7F:
                        p += 1
                    else:
                        return -1 - row
                if p > size:
                    return -1 - row
        if not is_quote or ts < 0 or found < 0 or found >= len(state):
            return -1 - row
        if bid == 0 or bid_size == 0:
            bid, bid_size = _NAN_BITS, _NAN_BITS
        if ask == 0 or ask_size == 0:
            ask, ask_size = _NAN_BITS, _NAN_BITS
        seq = ts
        newest = state[found, 0]
        if ts <= newest and (ts == newest or ts == state[found, 1]):
            same = (
                state[found, 2] == bid
                and state[found, 3] == ask
                and state[found, 4] == bid_size
                and state[found, 5] == ask_size
            )
            seq = newest if same else newest + 1
            state[found, 1] = ts
        if seq >= newest:
            state[found, 0] = seq
            state[found, 2], state[found, 3] = bid, ask
            state[found, 4], state[found, 5] = bid_size, ask_size
        out[row, 0], out[row, 1], out[row, 2] = ts, recv_ns, seq
        out[row, 3], out[row, 4], out[row, 5], out[row, 6] = bid, ask, bid_size, ask_size
        out[row, 7] = found
    return items if p == size else -1 - items
