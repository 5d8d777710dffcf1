"""Compiled reading of lines of trades: where the fields are, and what times, numbers and symbols say.

Each loop goes over all lines of a piece of the file and leaves the first problem of every line in
`problems`; lines that have one already are passed over. Decimal numbers of at most 15 or so digits are
exact products or quotients of two exact doubles and rounded once (Clinger, "How to read floating point
numbers accurately", 1990); others are left to Python. Dates are counted as Hinnant does ("chrono-Compatible
Low-Level Date Algorithms", `days_from_civil`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.kernels import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray

# The constants of compiled code stand beside it: what it was compiled with is told by this file alone.

NONE = 0
BLANK = 1
COLUMNS = 2
QUOTE = 3
TS_ABSENT = 10
TS_UNREADABLE = 11
TS_DAY_OR_MONTH = 12
TS_ROUNDED = 13
TS_OUTSIDE = 14
TS_TOO_SMALL = 15
SYMBOL_ABSENT = 20
SYMBOL_UNREADABLE = 21
SYMBOL_TOO_MANY = 22
PRICE_ABSENT = 30
PRICE_UNREADABLE = 31
PRICE_NOT_FINITE = 32
PRICE_NOT_POSITIVE = 33
SIZE_ABSENT = 40
SIZE_UNREADABLE = 41
SIZE_NOT_FINITE = 42
SIZE_NEGATIVE = 43
JSON_UNREADABLE = 50
JSON_SHAPE = 51
"""What is wrong with a line, by the tens: as a whole, with ts, symbol, price, size; of JSON."""

HARD_NUMBER = 90
"""No problem: a number that the compiled loop leaves to Python, since rounding it is hard."""

MOST_SYMBOLS = 256
"""Different symbols of one file."""

FIELDS = 4
"""ts, symbol, price, size."""

STARTS, ENDS, LINE, LINE_END = 0, FIELDS, 2 * FIELDS, 2 * FIELDS + 1
"""Rows of `bounds`: first byte and end of each field, and of the line."""

BOUNDS = 2 * FIELDS + 2
"""Rows of `bounds`."""

TABLE_ROWS = 4 * MOST_SYMBOLS
"""Places of the table of symbols, a power of two: two hashes and one more than the number; 0 is free."""

_TAB, _NEWLINE, _RETURN, _SPACE, _MARK, _PLUS, _COMMA, _MINUS = 9, 10, 13, 32, 34, 43, 44, 45
_DOT, _SLASH, _ZERO, _NINE, _COLON = 46, 47, 48, 57, 58
_LARGE_C, _LARGE_E, _LARGE_T, _LARGE_U, _LARGE_Z = 67, 69, 84, 85, 90
_SMALL_A, _SMALL_E, _SMALL_T, _SMALL_Z, _CASE = 97, 101, 116, 122, 32
_NS = 1_000_000_000
_END_S = 7_258_118_400  # 2200-01-01
_SMALLEST = 100_000_000
_MS_FROM, _US_FROM, _NS_FROM = 100_000_000_000, 100_000_000_000_000, 100_000_000_000_000_000
_MOST = 922_337_203_685_477_579
_EXACT = 1 << 53
_FNV, _FNV_START, _OTHER = 1_099_511_628_211, -3_750_763_034_362_895_579, 31_415_926_535_897_933


@kernel("flags", "ints", "int_rows_out", "ints_out")
def split_lines(  # noqa: C901, PLR0912, PLR0915 - one compiled loop
    data: NDArray[np.uint8], roles: IntArray, bounds: IntArray, problems: IntArray
) -> int:
    """Find the fields of every line of a piece that ends with a line's end; return how many lines.

    `roles` gives for each column of the file which of the fields it is, -1 for none.
    """
    size, columns = len(data), len(roles)
    p, row = 0, 0
    while p < size:
        bounds[LINE, row] = p
        problem, column, is_blank = NONE, 0, True
        while True:
            while p < size and (data[p] == _SPACE or data[p] == _TAB):
                p += 1
            start = p
            if p < size and data[p] == _MARK:
                is_blank = False
                start = p + 1
                p = start
                while p < size and data[p] != _MARK and data[p] != _NEWLINE:
                    p += 1
                end = p
                if p < size and data[p] == _MARK:
                    p += 1
                else:
                    problem = QUOTE
                while p < size and data[p] != _COMMA and data[p] != _NEWLINE:
                    if data[p] != _SPACE and data[p] != _TAB and data[p] != _RETURN:
                        problem = QUOTE
                    p += 1
            else:
                while p < size and data[p] != _COMMA and data[p] != _NEWLINE:
                    p += 1
                end = p
                while end > start and (
                    data[end - 1] == _SPACE or data[end - 1] == _TAB or data[end - 1] == _RETURN
                ):
                    end -= 1
                is_blank = is_blank and end == start
            if column < columns and roles[column] >= 0:
                bounds[STARTS + roles[column], row] = start
                bounds[ENDS + roles[column], row] = end
            column += 1
            if p >= size or data[p] == _NEWLINE:
                break
            is_blank = False
            p += 1
        bounds[LINE_END, row] = p
        if is_blank:
            problem = BLANK
        elif column != columns and problem == NONE:
            problem = COLUMNS
        problems[row] = problem
        p += 1
        row += 1
    return row


@kernel("flags", "ints", "ints", "ints_out", "ints_out")
def read_times(  # noqa: C901, PLR0912, PLR0915 - one compiled loop
    data: NDArray[np.uint8], starts: IntArray, ends: IntArray, out: IntArray, problems: IntArray
) -> None:
    """Read times in ns UTC."""
    last_date, days = -1, 0
    for row in range(len(problems)):
        if problems[row] != NONE:
            continue
        p, end = starts[row], ends[row]
        if p == end:
            problems[row] = TS_ABSENT
            continue
        begun = p
        value, too_large = 0, False
        while p < end and _ZERO <= data[p] <= _NINE:
            too_large = too_large or value > _MOST
            if not too_large:
                value = value * 10 + (data[p] - _ZERO)
            p += 1
        digits = p - begun
        mark = data[p] if p < end else 0
        if digits == 0:
            problems[row] = TS_UNREADABLE
            continue
        if mark in (0, _DOT, _LARGE_E, _SMALL_E):
            fraction, places = 0, 0
            if mark == _DOT:
                p += 1
                while p < end and _ZERO <= data[p] <= _NINE:
                    if places < 9:
                        fraction = fraction * 10 + (data[p] - _ZERO)
                        places += 1
                    p += 1
            while places < 9:
                fraction *= 10
                places += 1
            if p < end:
                if data[p] == _DOT and digits <= 2:
                    problems[row] = TS_DAY_OR_MONTH
                elif data[p] == _LARGE_E or data[p] == _SMALL_E:
                    problems[row] = TS_ROUNDED
                else:
                    problems[row] = TS_UNREADABLE
                continue
            if value < _SMALLEST and not too_large:
                problems[row] = TS_TOO_SMALL
                continue
            unit = 1
            if value < _MS_FROM:
                unit = _NS
            elif value < _US_FROM:
                unit = 1_000_000
            elif value < _NS_FROM:
                unit = 1_000
            if too_large or value // (_NS // unit) >= _END_S:
                problems[row] = TS_OUTSIDE
                continue
            out[row] = value * unit + fraction * unit // _NS
            continue
        if digits <= 2 and mark in (_SLASH, _MINUS):
            problems[row] = TS_DAY_OR_MONTH
            continue
        # YYYY-MM-DD or YYYY/MM/DD
        bad = digits != 4 or mark not in (_MINUS, _SLASH) or end - p < 6
        month, day, hour, minute, second, fraction, offset = 0, 0, 0, 0, 0, 0, 0
        if not bad:
            for place in (1, 2, 4, 5):
                bad = bad or not _ZERO <= data[p + place] <= _NINE
            bad = bad or data[p + 3] != mark
            month = (data[p + 1] - _ZERO) * 10 + (data[p + 2] - _ZERO)
            day = (data[p + 4] - _ZERO) * 10 + (data[p + 5] - _ZERO)
            p += 6
        if not bad and p < end:
            bad = (data[p] != _SPACE and data[p] != _LARGE_T and data[p] != _SMALL_T) or end - p < 6
            if not bad:
                for place in (1, 2, 4, 5):
                    bad = bad or not _ZERO <= data[p + place] <= _NINE
                bad = bad or data[p + 3] != _COLON
                hour = (data[p + 1] - _ZERO) * 10 + (data[p + 2] - _ZERO)
                minute = (data[p + 4] - _ZERO) * 10 + (data[p + 5] - _ZERO)
                p += 6
            if not bad and p < end and data[p] == _COLON:
                bad = end - p < 3
                if not bad:
                    for place in (1, 2):
                        bad = bad or not _ZERO <= data[p + place] <= _NINE
                    second = (data[p + 1] - _ZERO) * 10 + (data[p + 2] - _ZERO)
                    p += 3
                if not bad and p < end and data[p] == _DOT:
                    p += 1
                    places = 0
                    bad = p == end or not _ZERO <= data[p] <= _NINE
                    while p < end and _ZERO <= data[p] <= _NINE:
                        if places < 9:
                            fraction = fraction * 10 + (data[p] - _ZERO)
                            places += 1
                        p += 1
                    while places < 9:
                        fraction *= 10
                        places += 1
            if not bad and p < end and data[p] == _SPACE:
                p += 1
                bad = p == end
            if not bad and p < end:
                zone = data[p]
                if zone in (_LARGE_Z, _SMALL_Z):
                    bad = p + 1 != end
                elif zone == _LARGE_U:
                    bad = end - p != 3 or data[p + 1] != _LARGE_T or data[p + 2] != _LARGE_C
                elif zone in (_PLUS, _MINUS):
                    # +HH, +HHMM or +HH:MM
                    left = end - p - 1
                    colon = 1 if left == 5 else 0
                    bad = left not in (2, 4, 5)
                    if not bad:
                        bad = colon == 1 and data[p + 3] != _COLON
                        for place in range(1, left + 1):
                            is_digit = _ZERO <= data[p + place] <= _NINE
                            bad = bad or not (is_digit or (colon == 1 and place == 3))
                        offset = ((data[p + 1] - _ZERO) * 10 + (data[p + 2] - _ZERO)) * 3600
                        bad = bad or offset > 50_400
                        if left > 2:
                            q = p + 3 + colon
                            aside = (data[q] - _ZERO) * 10 + (data[q + 1] - _ZERO)
                            bad = bad or aside > 59
                            offset += aside * 60
                        if zone == _MINUS:
                            offset = -offset
                else:
                    bad = True
        if bad or hour > 23 or minute > 59 or second > 59 or not 1 <= month <= 12:
            problems[row] = TS_UNREADABLE
            continue
        # Lines of one day are many, and a date takes longer than all else
        date = (value * 16 + month) * 128 + day
        if date != last_date:
            length = 31
            if month == 2:
                leap = value % 4 == 0 and (value % 100 != 0 or value % 400 == 0)
                length = 29 if leap else 28
            elif month in (4, 6, 9, 11):
                length = 30
            if not 1 <= day <= length:
                problems[row] = TS_UNREADABLE
                continue
            year = value - (1 if month <= 2 else 0)
            era = year // 400
            of_era = year - era * 400
            of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
            days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
            last_date = date
        seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        if seconds < 0 or seconds >= _END_S:
            problems[row] = TS_OUTSIDE
            continue
        out[row] = seconds * _NS + fraction


@kernel("flags", "ints", "ints", "int", "dense_floats", "floats_out", "ints_out")
def read_numbers(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one compiled loop
    data: NDArray[np.uint8],
    starts: IntArray,
    ends: IntArray,
    first_problem: int,
    powers: FloatArray,
    out: FloatArray,
    problems: IntArray,
) -> None:
    """Read decimal numbers; `powers` are 10**0 to 10**22."""
    for row in range(len(problems)):
        if problems[row] != NONE and problems[row] != HARD_NUMBER:
            continue
        p, end = starts[row], ends[row]
        if p == end:
            problems[row] = first_problem
            continue
        sign = 1.0
        if data[p] == _MINUS or data[p] == _PLUS:
            sign = -1.0 if data[p] == _MINUS else 1.0
            p += 1
        value, digits, shift, is_hard = 0, 0, 0, False
        while p < end and (_ZERO <= data[p] <= _NINE):
            is_hard = is_hard or value > _MOST
            value = value if is_hard else value * 10 + (data[p] - _ZERO)
            digits += 1
            p += 1
        if p < end and data[p] == _DOT:
            p += 1
            while p < end and (_ZERO <= data[p] <= _NINE):
                is_hard = is_hard or value > _MOST
                if not is_hard:
                    value = value * 10 + (data[p] - _ZERO)
                    shift -= 1
                digits += 1
                p += 1
        if digits and p < end and (data[p] == _SMALL_E or data[p] == _LARGE_E):
            p += 1
            sign_of_power = 1
            if p < end and (data[p] == _MINUS or data[p] == _PLUS):
                sign_of_power = -1 if data[p] == _MINUS else 1
                p += 1
            power = 0
            if p == end:
                digits = 0
            while p < end and (_ZERO <= data[p] <= _NINE):
                power = min(power * 10 + (data[p] - _ZERO), 9999)
                p += 1
            shift += sign_of_power * power
        if digits == 0 or p < end:
            problems[row] = first_problem + 1
            continue
        if is_hard or value > _EXACT or not -22 <= shift <= 22:
            problems[row] = HARD_NUMBER
            continue
        out[row] = sign * (value * powers[shift] if shift >= 0 else value / powers[-shift])


@kernel("flags", "ints", "ints", "int_rows_out", "int", "ints_out", "ints_out", "ints_out")
def number_symbols(  # noqa: C901, PLR0913, PLR0917 - one compiled loop
    data: NDArray[np.uint8],
    starts: IntArray,
    ends: IntArray,
    table: IntArray,
    known: int,
    out: IntArray,
    firsts: IntArray,
    problems: IntArray,
) -> int:
    """Give symbols, in any case, numbers in order of appearance; return how many there are.

    `table` holds those met before, `known` of them; `firsts` takes the line in which each new one
    stands first.
    """
    new, places = 0, len(table)
    for row in range(len(problems)):
        if problems[row] != NONE and problems[row] != HARD_NUMBER:
            continue
        if starts[row] == ends[row]:
            problems[row] = SYMBOL_ABSENT
            continue
        one, other = _FNV_START, ends[row] - starts[row]
        for p in range(starts[row], ends[row]):
            byte = data[p]
            if _SMALL_A <= byte <= _SMALL_Z:
                byte -= _CASE
            one = (one ^ byte) * _FNV
            other = (other + byte + 1) * _OTHER
            other ^= other >> 29
        place = (one ^ (one >> 32)) & (places - 1)
        while table[place, 2] != 0 and not (table[place, 0] == one and table[place, 1] == other):
            place = (place + 1) & (places - 1)
        if table[place, 2] == 0:
            if 4 * (known + new) >= places:
                problems[row] = SYMBOL_TOO_MANY
                continue
            firsts[new] = row
            new += 1
            table[place, 0], table[place, 1], table[place, 2] = one, other, known + new
        out[row] = table[place, 2] - 1
    return known + new
