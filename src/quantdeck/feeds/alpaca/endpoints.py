"""Alpaca's addresses, and what its grades of data are.

Source: Alpaca, "About Market Data API" and "WebSocket Stream".
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay

DATA_URL = "https://data.alpaca.markets"
STREAM_URL = "wss://stream.data.alpaca.markets"
TRADING_URLS = ("https://paper-api.alpaca.markets", "https://api.alpaca.markets")
"""Keys of a paper account are refused by the other host, and the other way round."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One quality of data of one market.

    Parameters
    ----------
    name : str
        The vendor's name of it.
    path : str
        Path of its stream.
    delay : Delay
        How it relates to the market.
    quotes : int
        Symbols whose quotes the usual plan streams.
    requests_per_minute : int
        REST requests that plan allows, until the vendor has told its own figure.
    """

    name: str
    path: str
    delay: Delay
    quotes: int
    requests_per_minute: int


OPTION_GRADES = {
    grade.name: grade
    for grade in (
        Grade("opra", "v1beta1/opra", Delay.REALTIME, 1000, 10_000),
        Grade("indicative", "v1beta1/indicative", Delay.INDICATIVE, 200, 200),
    )
}
"""Option quotes: the consolidated tape, or modified quotes that nobody can trade on."""

STOCK_GRADES = {
    grade.name: grade
    for grade in (
        Grade("sip", "v2/sip", Delay.REALTIME, 10_000, 10_000),
        Grade("iex", "v2/iex", Delay.REALTIME, 30, 200),
        Grade("delayed_sip", "v2/delayed_sip", Delay.DELAYED, 10_000, 200),
    )
}
"""Stock quotes: all venues, one venue, or all venues fifteen minutes late."""

NEWS_PATH = "v1beta1/news"
"""Path of the stream of news."""

STOCK_GRADE_OF = {"opra": "sip", "indicative": "iex"}
"""What a plan with such option data has for stocks."""


def grade_of(name: str, grades: dict[str, Grade]) -> Grade:
    """Return a grade by the vendor's name.

    Raises
    ------
    BadInput
        If there is none of this name.

    Examples
    --------
    >>> grade_of("indicative", OPTION_GRADES).delay.value
    'indicative'
    """
    found = grades.get(name.lower())
    if found is None:
        raise BadInput(f"Alpaca has no data feed {name!r} here; there are {', '.join(grades)}")
    return found


def stream_url(base: str, grade: Grade) -> str:
    """Return the address of a grade's stream.

    Parameters
    ----------
    base : str
        Host, or the whole address of any stream on it.
    grade : Grade
        What is wanted from it.

    Examples
    --------
    >>> stream_url("wss://host", OPTION_GRADES["opra"])
    'wss://host/v1beta1/opra'
    >>> stream_url("wss://host/v1beta1/opra", STOCK_GRADES["iex"])
    'wss://host/v2/iex'
    """
    return stream_of(base, grade.path)


def stream_of(base: str, wanted: str) -> str:
    """Return the address of the stream of a path.

    Parameters
    ----------
    base : str
        Host, or the whole address of any stream on it.
    wanted : str
        Path of the stream.

    Examples
    --------
    >>> stream_of("wss://host/v2/iex", NEWS_PATH)
    'wss://host/v1beta1/news'
    """
    parts = urlsplit(base)
    grades = (*OPTION_GRADES.values(), *STOCK_GRADES.values())
    known = (*(each.path for each in grades), NEWS_PATH)
    path = parts.path.rstrip("/")
    stem = next(
        (path.removesuffix(f"/{each}") for each in known if path.endswith(f"/{each}")), path
    )
    return f"{parts.scheme}://{parts.netloc}{stem}/{wanted}"
