"""Times as Alpaca writes them: RFC 3339 with nanoseconds, and MessagePack's timestamp extension."""

from __future__ import annotations

import re
import struct
from datetime import UTC, date, datetime, time

import msgspec

from quantdeck.sims.alpaca.refusals import Refusal
from quantdeck.sims.options.sessions import ZONE

SECOND_NS = 1_000_000_000
_EXTENSION = -1
_RFC = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:?\d\d)?"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def rfc3339(ts_ns: int) -> str:
    """Return an instant as text in UTC, with as many decimals as it needs.

    Examples
    --------
    >>> rfc3339(1_795_208_399_123_456_789)
    '2026-11-20T20:59:59.123456789Z'
    >>> rfc3339(1_795_208_400_000_000_000)
    '2026-11-20T21:00:00Z'
    """
    seconds, rest = divmod(ts_ns, SECOND_NS)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:09d}".rstrip("0").rstrip(".") + "Z"


def new_york(ts_ns: int) -> str:
    """Return an instant as text with New York's offset.

    Examples
    --------
    >>> new_york(1_795_208_399_123_456_789)
    '2026-11-20T15:59:59.123456789-05:00'
    """
    seconds, rest = divmod(ts_ns, SECOND_NS)
    local = datetime.fromtimestamp(seconds, ZONE)
    text = f"{local:%Y-%m-%dT%H:%M:%S}.{rest:09d}".rstrip("0").rstrip(".")
    return text + local.isoformat()[-6:]


def parsed_time(name: str, text: str, *, ends: bool = False) -> int:
    """Return the instant of a parameter: RFC 3339 or a day, which begins or ends in New York.

    Raises
    ------
    Refusal
        If it is neither.

    Examples
    --------
    >>> rfc3339(parsed_time("start", "2026-11-20T15:59:59.5-05:00"))
    '2026-11-20T20:59:59.5Z'
    """
    if _DAY.fullmatch(text):
        day = parsed_day(name, text)
        moment = datetime.combine(day, time.max if ends else time.min, ZONE)
        return round(moment.replace(microsecond=0).timestamp()) * SECOND_NS
    found = _RFC.fullmatch(text)
    if found is None:
        raise Refusal(400, f"invalid {name}: {text}")
    day, hour, decimals, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{hour}{(zone or 'Z').upper()}")
    except ValueError:
        raise Refusal(400, f"invalid {name}: {text}") from None
    return round(moment.timestamp()) * SECOND_NS + int((decimals or "0").ljust(9, "0"))


def parsed_day(name: str, text: str) -> date:
    """Return the date of a parameter.

    Raises
    ------
    Refusal
        If it is none.
    """
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Refusal(400, f"invalid {name}: {text}") from None


def shortest(ts_ns: int) -> msgspec.msgpack.Ext:
    """Return a timestamp in as few bytes as it needs: 4, 8 or 12.

    Examples
    --------
    >>> [len(shortest(n).data) for n in (1_795_000_000_000_000_000, 1_795_000_000_000_000_001)]
    [4, 8]
    """
    seconds, rest = divmod(ts_ns, SECOND_NS)
    if seconds < 0 or seconds >> 34:
        return ts96(ts_ns)
    return ts64(ts_ns) if rest or seconds >> 32 else ts32(ts_ns)


def ts32(ts_ns: int) -> msgspec.msgpack.Ext:
    """Return a timestamp in 4 bytes: whole seconds."""
    return msgspec.msgpack.Ext(_EXTENSION, struct.pack(">I", ts_ns // SECOND_NS))


def ts64(ts_ns: int) -> msgspec.msgpack.Ext:
    """Return a timestamp in 8 bytes: 30 bits of nanoseconds, 34 of seconds."""
    seconds, rest = divmod(ts_ns, SECOND_NS)
    return msgspec.msgpack.Ext(_EXTENSION, struct.pack(">Q", rest << 34 | seconds))


def ts96(ts_ns: int) -> msgspec.msgpack.Ext:
    """Return a timestamp in 12 bytes: nanoseconds, then seconds."""
    seconds, rest = divmod(ts_ns, SECOND_NS)
    return msgspec.msgpack.Ext(_EXTENSION, struct.pack(">Iq", rest, seconds))
