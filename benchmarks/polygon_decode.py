"""Frames and pages of Polygon to typed numbers, against the vendor's own client.

Every contender is given the same bytes and takes each event as far as its user's code: the vendor's client
until the list of its models that a callback would be handed, quantdeck until the packed rings hold the rows.
Of pages of bars the vendor's client ends with its list of bars, quantdeck with the array of a history. Needs
the test dependencies.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

import msgspec

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "src")]

from benchmarks.timing import compare, show  # noqa: E402

from quantdeck.feeds.polygon.decode import Decoder  # noqa: E402
from quantdeck.feeds.polygon.history import packed  # noqa: E402
from quantdeck.feeds.polygon.prices import BarPage, BarRow  # noqa: E402
from quantdeck.live.rings import RingSet  # noqa: E402
from quantdeck.model.instruments import InstrumentTable  # noqa: E402

_T_MS = 1_795_000_000_000
_SYMBOLS = ("AAPL", "MSFT", "NVDA", "AMZN", "JPM", "XOM", "KO", "SPY")


def stream_frames(frames: int, events: int) -> list[bytes]:
    """Return frames that mix trades, quotes and bars, as the stream sends them."""
    made = []
    for number in range(frames):
        rows = []
        for n in range(events):
            symbol, at = _SYMBOLS[n % len(_SYMBOLS)], _T_MS + number * 50 + n
            if n % 20 == 19:
                bar = {"ev": "A", "sym": symbol, "v": 100, "av": 1000, "op": 200.0, "vw": 201.1}
                bar |= {"o": 201.0, "c": 201.5, "h": 202.0, "l": 200.5, "a": 200.9, "z": 20}
                rows.append(bar | {"s": at // 1000 * 1000, "e": at // 1000 * 1000 + 1000})
            elif n % 2:
                quote = {"ev": "Q", "sym": symbol, "bx": 4, "bp": 201.49, "bs": 3, "ax": 7}
                quote |= {"ap": 201.52, "as": 2, "c": 0, "i": [604], "t": at, "q": n, "z": 3}
                rows.append(quote)
            else:
                trade = {"ev": "T", "sym": symbol, "x": 4, "i": str(n), "z": 3, "p": 201.5 + n % 7}
                rows.append(trade | {"s": 10, "c": [12, 37], "t": at, "q": n})
        made.append(json.dumps(rows, separators=(",", ":")).encode())
    return made


def bar_page(bars: int) -> bytes:
    """Return a page of bars of a minute."""
    row = {"v": 7.1e4, "vw": 201.2, "o": 200.0, "c": 201.5, "h": 202.0, "l": 199.0, "n": 512}
    rows = [row | {"t": _T_MS + 60_000 * n} for n in range(bars)]
    page = {"ticker": "AAPL", "queryCount": bars, "resultsCount": bars, "adjusted": False}
    page |= {"results": rows, "status": "OK", "request_id": "r", "count": bars}
    return json.dumps(page, separators=(",", ":")).encode()


def _ours_stream(frames: list[bytes], events: int):
    rings = RingSet(1 << (2 * len(frames) * events).bit_length())
    decoder = Decoder(rings, InstrumentTable())

    def run() -> None:
        for frame in frames:
            decoder.decode(frame, 1)
        rings.drain()

    return run


def _sdk_stream(frames: list[bytes]):
    from massive import WebSocketClient
    from massive.websocket import parse

    logger = logging.getLogger("silent")
    client = WebSocketClient("key", feed="127.0.0.1:1", market="stocks", secure=False)

    def run() -> None:
        for frame in frames:
            parse(client.json.loads(frame), logger, client.market)

    return run


def _ours_page(page: bytes):
    decode = msgspec.json.Decoder(BarPage, strict=False).decode
    rows = msgspec.json.Decoder(list[BarRow], strict=False).decode

    def run() -> None:
        packed(rows(decode(page).results), "1m", 2**62, late_s=0.0)

    return run


def _sdk_page(page: bytes):
    from massive.rest.models import Agg

    def run() -> None:
        for row in json.loads(page)["results"]:
            Agg.from_dict(row)

    return run


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    rounds = options.parse_args().rounds
    frames, page = stream_frames(500, 40), bar_page(5000)
    rows = []
    cases = (
        ("frame of 40 events", _ours_stream(frames, 40), _sdk_stream(frames), 500 * 40),
        ("page of 5,000 bars", _ours_page(page), _sdk_page(page), 5000),
    )
    for name, ours, theirs, events in cases:
        taken = compare(ours, {"massive": theirs}, rounds=rounds)
        mine, other = taken["quantdeck"], taken["massive"]
        each = [f"{events / t.seconds / 1e3:,.0f} k/s" for t in (mine, other)]
        rows.append((name, *each, f"{other.ratio:.1f}x"))
    show("Polygon, decoded", ("", "quantdeck", "massive", "ratio"), rows)


if __name__ == "__main__":
    main()
