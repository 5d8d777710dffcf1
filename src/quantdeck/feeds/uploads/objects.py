"""Lines of JSON objects, brought into the form of comma-separated fields."""

from __future__ import annotations

import msgspec

from quantdeck.feeds.uploads import problems as found
from quantdeck.model.uploads import UPLOAD_FIELDS


class _Trade(msgspec.Struct):
    # As they are written: a number that was made a float before would have lost digits.
    ts: msgspec.Raw
    symbol: msgspec.Raw
    price: msgspec.Raw
    size: msgspec.Raw


_decoder = msgspec.json.Decoder(_Trade)
_NOTHING = b",,,"
_SHAPELESS = (b"{", b"[")


def fields_of(data: bytes) -> tuple[bytes, dict[int, int]]:
    r"""Return the fields of lines of JSON as lines of comma-separated fields.

    Parameters
    ----------
    data : bytes
        Whole lines, each with an object or blank.

    Returns
    -------
    bytes
        As many lines, those of blank and of wrong lines without anything in the fields.
    dict of int to int
        What is wrong with a line, by its index.

    Examples
    --------
    >>> fields_of(b'{"price": 2.5, "ts": "2024-08-08", "symbol": "btc", "size": 1, "id": 7}\n')
    (b'"2024-08-08","btc",2.5,1\n', {})
    """
    lines = data.split(b"\n")[:-1]
    try:
        trades = _decoder.decode_lines(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        trades = []
    # Blank lines are passed over by the decoder.
    if len(trades) == len(lines):
        made = [b"%b,%b,%b,%b" % (t.ts, t.symbol, t.price, t.size) for t in trades]
        joined = b"\n".join([*made, b""])
        # Neither objects nor lists: nothing that only looks like a field
        if b"{" not in joined and b"[" not in joined:
            return joined, {}
    return _one_by_one(lines)


def ignored_of(line: bytes) -> tuple[str, ...]:
    """Return the names in an object that nothing is made of.

    Examples
    --------
    >>> ignored_of(b'{"ts": 1, "symbol": "A", "price": 1, "size": 1, "id": 7}')
    ('id',)
    """
    try:
        first = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return tuple(name[:64] for name in first if name not in UPLOAD_FIELDS)


def _one_by_one(lines: list[bytes]) -> tuple[bytes, dict[int, int]]:
    made: list[bytes] = []
    wrong: dict[int, int] = {}
    for row, line in enumerate(lines):
        if not line.strip():
            made.append(b"")
            continue
        try:
            trade = _decoder.decode(line)
        except msgspec.ValidationError:
            wrong[row] = found.JSON_SHAPE
        except (msgspec.DecodeError, UnicodeDecodeError):
            wrong[row] = found.JSON_UNREADABLE
        else:
            if _is_shapeless(trade):
                wrong[row] = found.JSON_SHAPE
            else:
                made.append(b"%b,%b,%b,%b" % (trade.ts, trade.symbol, trade.price, trade.size))
                continue
        made.append(_NOTHING)
    return b"\n".join([*made, b""]), wrong


def _is_shapeless(trade: _Trade) -> bool:
    parts = (trade.ts, trade.symbol, trade.price, trade.size)
    return any(bytes(part).startswith(_SHAPELESS) for part in parts)
