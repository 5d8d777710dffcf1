"""Compiled reading of the usual frame: quotes in the format and with the fields that were asked for.

A frame is read only where all of it is plain: known symbols, decimals of few digits and ``NaN``. Anything
else (an exponent, a sign, an escape, white space, a symbol met for the first time, another event) leaves the
whole frame to `quantdeck.feeds.tastytrade.decode`, whose results are the same.

A decimal of at most 15 digits is the quotient of two integers that a double holds exactly, and so one
correctly rounded division gives what any exact reader of the text gives. Of up to 18 digits the error of
the division is computed and added; where that might leave the rounding in doubt, the frame is not plain.

Source: RFC 8259; W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990; T. J. Dekker,
"A floating-point technique for extending the available precision", Numerische Mathematik 18, 1971.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.kernels import kernel
from quantdeck.feeds.symbol_table import MIXER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

SHORTEST_ROW = len('"",0,0,0,0,')
"""Bytes of a frame that a quote takes at least."""

_BEGIN = np.frombuffer(b'{"type":"FEED_DATA","channel":', np.uint8)
_MIDDLE = np.frombuffer(b',"data":["Quote",[', np.uint8)
_END = np.frombuffer(b"]}", np.uint8)
_POWERS = np.array([float(f"1e{n}") for n in range(19)])
_NAN = float("nan")
_EXACT_DIGITS = 15
_MOST_DIGITS = 18
_SPLITTER = 134217729.0  # 2**27 + 1 parts a double into halves
_DOUBT = 2.0**-48
_MOST_BYTES = 24
_QUOTE_MARK, _BACKSLASH, _COMMA, _DOT, _CLOSE = 0x22, 0x5C, 0x2C, 0x2E, 0x5D
_N, _A, _ZERO, _NINE = 0x4E, 0x61, 0x30, 0x39
_SPACE, _LAST_ASCII = 0x20, 0x7E


@kernel("flags", "int", "int", "int_rows_out", "int_rows_out", "float_rows_out")
def scan_quotes(  # noqa: C901, PLR0911, PLR0912, PLR0915 - one compiled loop
    data: NDArray[np.uint8],
    recv_ns: int,
    number: int,
    table: IntArray,
    out: IntArray,
    out_floats: FloatArray,
) -> int:
    """Fill `out` with the quotes of a frame and return their count; -1 where it is not plain.

    Rows of `out` are those of `QUOTE_DTYPE` as eight words, and `out_floats` is the same memory. Quotes
    are numbered from `number` on. `table` is that of a `SymbolTable`.
    """
    size = len(data)
    if size < len(_BEGIN) + 1 + len(_MIDDLE):
        return -1
    for n in range(len(_BEGIN)):
        if data[n] != _BEGIN[n]:
            return -1
    p = len(_BEGIN)
    # Any channel but 0, whose number means nothing here.
    if data[p] == _ZERO:
        return -1
    first_digit = p
    while p < size and _ZERO <= data[p] <= _NINE:
        p += 1
    if p == first_digit or p - first_digit > _MOST_DIGITS or p + len(_MIDDLE) > size:
        return -1
    for n in range(len(_MIDDLE)):
        if data[p + n] != _MIDDLE[n]:
            return -1
    p += len(_MIDDLE)
    last = len(table) - 1
    row = 0
    while True:
        if row >= len(out) or p >= size or data[p] != _QUOTE_MARK:
            return -1
        p += 1
        begin = p
        first, second, third = 0, 0, 0
        while p < size and data[p] != _QUOTE_MARK:
            n = p - begin
            letter = data[p] & 0xFF
            if n >= _MOST_BYTES or not _SPACE <= letter <= _LAST_ASCII or letter == _BACKSLASH:
                return -1
            letter <<= (n & 7) << 3
            if n < 8:
                first |= letter
            elif n < 16:
                second |= letter
            else:
                third |= letter
            p += 1
        p += 1
        mixed = (first * MIXER ^ second) * MIXER ^ third
        mixed *= MIXER
        place = (mixed >> 32) & last
        while table[place, 3] and not (
            table[place, 0] == first and table[place, 1] == second and table[place, 2] == third
        ):
            place = (place + 1) & last
        symbol = table[place, 3] - 1
        if symbol < 0:
            return -1
        for column in range(4):
            # A comma and at least one character.
            if p + 1 >= size or data[p] != _COMMA:
                return -1
            p += 1
            if data[p] == _QUOTE_MARK:
                if p + 4 >= size or not (
                    data[p + 1] == _N
                    and data[p + 2] == _A
                    and data[p + 3] == _N
                    and data[p + 4] == _QUOTE_MARK
                ):
                    return -1
                p += 5
                value = _NAN
            else:
                begin = p
                mantissa, decimals = 0, 0
                while p < size and _ZERO <= data[p] <= _NINE:
                    mantissa = mantissa * 10 + (data[p] - _ZERO)
                    p += 1
                digits = p - begin
                if digits == 0 or (digits > 1 and data[begin] == _ZERO):
                    return -1
                if p < size and data[p] == _DOT:
                    p += 1
                    begin = p
                    while p < size and _ZERO <= data[p] <= _NINE:
                        mantissa = mantissa * 10 + (data[p] - _ZERO)
                        p += 1
                    decimals = p - begin
                    if decimals == 0:
                        return -1
                if digits + decimals > _MOST_DIGITS:
                    return -1
                power = _POWERS[decimals]
                value = mantissa / power
                if digits + decimals > _EXACT_DIGITS:
                    # What the quotient is off by, from products of halves that are exact.
                    high = float(mantissa)
                    low = float(mantissa - int(high))
                    value = high / power
                    product = value * power
                    part = value * _SPLITTER
                    value_high = part - (part - value)
                    value_low = value - value_high
                    part = power * _SPLITTER
                    power_high = part - (part - power)
                    power_low = power - power_high
                    missing = (
                        (value_high * power_high - product)
                        + value_high * power_low
                        + value_low * power_high
                    ) + value_low * power_low
                    error = ((high - product) - missing + low) / power
                    exact = value + error * (1.0 - _DOUBT)
                    if exact != value + error * (1.0 + _DOUBT):
                        return -1
                    value = exact
            out_floats[row, 3 + column] = value
        out[row, 0], out[row, 1], out[row, 2], out[row, 7] = recv_ns, recv_ns, number + row, symbol
        # A side without a price is absent; NaN is not above 0 either.
        for side in range(3, 5):
            if not out_floats[row, side] > 0.0:
                out_floats[row, side] = _NAN
                out_floats[row, side + 2] = _NAN
        row += 1
        if p >= size:
            return -1
        if data[p] == _CLOSE:
            break
        if data[p] != _COMMA:
            return -1
        p += 1
    p += 1
    if p + len(_END) != size or data[p] != _END[0] or data[p + 1] != _END[1]:
        return -1
    return row
