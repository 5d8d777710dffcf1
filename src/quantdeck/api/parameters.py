"""Parameters that several routes share: moments, symbols, and no others than the route knows."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any, Literal, get_args, get_origin

from fastapi import Query
from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from quantdeck.model.errors import BadInput

Format = Literal["json", "csv", "parquet", "arrow"]
"""How a table is sent."""
FORMATS = "json, csv, parquet, or arrow (Arrow's stream format)."
"""What is said of a parameter of this kind."""

SymbolParameter = Annotated[
    str,
    Query(
        description="Canonical symbol, such as BINANCE-USDM:BTCUSDT.",
        min_length=3,
        max_length=64,
        pattern=r"^[A-Z0-9][A-Z0-9-]*:[A-Z0-9][A-Z0-9._-]*$",
    ),
]
MomentParameter = Annotated[
    str | None,
    Query(
        description="ISO 8601 with a zone, such as 2024-08-08T12:00:00Z; a plain date is its "
        "midnight in UTC.",
        max_length=40,
    ),
]

_SPAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_LONGEST_S = 3_650 * 86_400
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d))?"
)


def moment_ns(text: str | None, name: str) -> int | None:
    """Return a moment in nanoseconds since 1970 UTC.

    Parameters
    ----------
    text : str or None
        ISO 8601 with a zone, or a date.
    name : str
        The parameter's name, for the message.

    Returns
    -------
    int or None
        None where there is no text. [ns]

    Raises
    ------
    BadInput
        If the text is no moment, or names no zone.

    Examples
    --------
    >>> moment_ns("1970-01-01T01:00:00.000000001+01:00", "start")
    1
    """
    if text is None:
        return None
    # A plus sign in a query that was not quoted arrives as a blank.
    match = _MOMENT.fullmatch(re.sub(r" (?=\d\d:\d\d$)", "+", text.strip()))
    if match is None:
        raise BadInput(
            f"{name}={text[:40]!r} is not a moment; write it like 2024-08-08T12:00:00Z (with a "
            "zone), or like 2024-08-08"
        )
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=_zone(zone),
        )  # fmt: skip
    except ValueError as error:
        raise BadInput(f"{name}={text[:40]!r} is not a moment: {error}") from None
    if not 1970 <= moment.year <= 2200:
        raise BadInput(f"{name}={text[:40]!r} is outside of 1970 to 2200")
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - `timezone` is needed anyway
    seconds = (moment - epoch) // timedelta(seconds=1)
    return seconds * 1_000_000_000 + int((fraction or "").ljust(9, "0"))


def iso(ns: int) -> str:
    """Return a moment as text, to the nanosecond; the inverse of `moment_ns`.

    Parameters
    ----------
    ns : int
        Since 1970 UTC. [ns]

    Returns
    -------
    str
        ISO 8601 in UTC.

    Examples
    --------
    >>> iso(1_500_000_000)
    '1970-01-01T00:00:01.500000000Z'
    """
    whole = datetime.fromtimestamp(ns // 1_000_000_000, timezone.utc)  # noqa: UP017 - as above
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{ns % 1_000_000_000:09d}Z"


def moments_ns(start: str | None, end: str | None) -> tuple[int | None, int | None]:
    """Return a range of moments, in order.

    Parameters
    ----------
    start, end : str or None
        As `moment_ns` takes them.

    Returns
    -------
    (int or None, int or None)
        [ns]

    Raises
    ------
    BadInput
        If one is no moment, or the end is not after the start.
    """
    start_ns, end_ns = moment_ns(start, "start"), moment_ns(end, "end")
    if start_ns is not None and end_ns is not None and end_ns <= start_ns:
        raise BadInput(f"end={end!r} is not after start={start!r}; swap them")
    return start_ns, end_ns


def span_ns(text: str, name: str) -> int:
    """Return a length of time in nanoseconds.

    Parameters
    ----------
    text : str
        A number with ``s``, ``m``, ``h`` or ``d``.
    name : str
        The parameter's name, for the message.

    Returns
    -------
    int
        More than 0, at most ten years. [ns]

    Raises
    ------
    BadInput
        If the text is no length of time.

    Examples
    --------
    >>> span_ns("1.5h", "for")
    5400000000000
    """
    match = _SPAN.fullmatch(text.strip())
    seconds = float(match[1]) * _SECONDS[match[2]] if match else 0.0
    if not 0 < seconds <= _LONGEST_S:
        raise BadInput(
            f"{name}={text[:40]!r} is no length of time; write it like 30m, 1h or 2d", field=name
        )
    return int(seconds * 1e9)


async def only_known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not have, rather than pass over a typing slip.

    Parameters
    ----------
    request : Request
        The request, with its route found.

    Raises
    ------
    BadInput
        If there is such a parameter, or one is given twice that is no list.
    """
    route = request.scope["route"]
    known = _parameters(route.dependant)
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            words = ", ".join(sorted(known)) or "none"
            raise BadInput(f"there is no parameter {name[:40]!r} here; there are: {words}")
    for name in set(given):
        if given.count(name) > 1 and not _is_list(known[name]):
            raise BadInput(f"the parameter {name} is given twice; give it once")


def _parameters(of: Dependant) -> dict[str, Any]:
    # Those of the route itself, and those it shares with others.
    known = {each.alias: each.field_info.annotation for each in of.query_params}
    for shared in of.dependencies:
        known |= _parameters(shared)
    return known


def _is_list(annotation: Any) -> bool:
    return any(get_origin(each) is list for each in (annotation, *get_args(annotation)))


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return timezone.utc  # noqa: UP017 - as above
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))
