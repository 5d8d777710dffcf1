"""What can be wrong with a line, as the numbers that compiled loops leave and the words that are said."""

from __future__ import annotations

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
HARD_NUMBER = 90
"""No problem: a number that the compiled loop leaves to Python, since rounding it is hard."""

ABSENT, UNREADABLE, NOT_FINITE, TOO_LOW = range(4)
"""Offsets from the first problem of a column of numbers."""

MOST_SYMBOLS = 4096
"""Different symbols of one file."""

FIELD_OF = {1: "ts", 2: "symbol", 3: "price", 4: "size"}
"""Column by the tens of a problem."""

REASONS = {
    COLUMNS: "has another count of columns than the header",
    QUOTE: "has a quotation mark that is not closed, or text behind a closed one",
    TS_ABSENT: "is absent",
    TS_UNREADABLE: "is not a time: write ISO 8601, or an epoch in s, ms, µs or ns",
    TS_DAY_OR_MONTH: "does not say which is the day and which the month: write 2024-08-09",
    TS_ROUNDED: "has been rounded to a power of ten, as spreadsheets do: write all digits",
    TS_OUTSIDE: "is outside of the years 1970 to 2199",
    TS_TOO_SMALL: "is too small for an epoch: those before 1973-03-03 have to be written in ISO 8601",
    SYMBOL_ABSENT: "is absent",
    SYMBOL_UNREADABLE: "is not a symbol: write ROOT or VENUE:ROOT, such as BTCUSDT",
    SYMBOL_TOO_MANY: f"is beyond the {MOST_SYMBOLS:,} different symbols that a file may have",
    PRICE_ABSENT: "is absent",
    PRICE_UNREADABLE: "is not a number",
    PRICE_NOT_FINITE: "is not finite",
    PRICE_NOT_POSITIVE: "must be above 0",
    SIZE_ABSENT: "is absent: write 0 where it is not known",
    SIZE_UNREADABLE: "is not a number",
    SIZE_NOT_FINITE: "is not finite",
    SIZE_NEGATIVE: "must not be below 0",
    JSON_UNREADABLE: "is not a JSON object",
    JSON_SHAPE: "is not an object with ts, symbol, price and size, each a text or a number",
}
"""What is said of a problem."""


def column_of(problem: int) -> str:
    """Return the column that a problem is about; empty for that of a whole line.

    Examples
    --------
    >>> column_of(PRICE_NOT_POSITIVE), column_of(QUOTE)
    ('price', '')
    """
    return FIELD_OF.get(problem // 10, "")
