"""The frames every contender is sent: recorded ones where they are, else made up in the same shape."""

from __future__ import annotations

import gzip
import os
import random
import re
from pathlib import Path

SYMBOLS = ("BTCUSDT", "ETHUSDT")
_REPOSITORY = Path(__file__).resolve().parent.parent
_NUMBER = re.compile(rb'"(t|u|E|T)":(\d+)')
_PASS_MS = 346_000
_PASS_IDS = 10_000_000_000


def recorded() -> list[bytes]:
    """Return trades and best quotes of the recording, in the order of receipt; empty if absent.

    Trades are re-lettered from `trade` to `aggTrade`, which all contenders know. Depth updates are
    left out: the peers would want a REST snapshot first.
    """
    root = Path(os.environ.get("QUANTDECK_SHARED_DATA", _REPOSITORY.parent / "shared" / "data"))
    lines: list[tuple[int, bytes]] = []
    for path in sorted((root / "binance-usdm-raw-ws").glob("*.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            stamp, _, frame = line.partition(b" ")
            if b"@trade" in frame[:32] or b"@bookTicker" in frame[:40]:
                lines.append((int(stamp), _as_aggregate(frame)))
    lines.sort(key=lambda item: item[0])
    return [frame for _, frame in lines]


def synthetic(count: int = 150_000) -> list[bytes]:
    """Return made-up frames in the recorded proportion of trades to quotes."""
    rng = random.Random(1)
    price = dict.fromkeys(SYMBOLS, 60_000.0)
    frames: list[bytes] = []
    for number in range(count):
        symbol = rng.choice(SYMBOLS)
        price[symbol] *= 1 + rng.gauss(0, 1e-5)
        ms = 1_723_161_255_000 + number * 2
        low, name = f"{price[symbol]:.2f}", symbol.lower()
        if rng.random() < 0.23:
            frame = (
                f'{{"stream":"{name}@aggTrade","data":{{"e":"aggTrade","E":{ms},"T":{ms},"s":"{symbol}",'
                f'"a":{5_000_000_000 + number},"p":"{low}","q":"0.{rng.randrange(1, 999):03}","f":1,"l":1,'
                f'"m":{str(rng.random() < 0.5).lower()}}}}}'
            )
        else:
            frame = (
                f'{{"stream":"{name}@bookTicker","data":{{"e":"bookTicker","u":{5_000_000_000_000 + number},'
                f'"s":"{symbol}","b":"{low}","B":"2.507","a":"{price[symbol] + 0.1:.2f}","A":"1.165",'
                f'"T":{ms},"E":{ms}}}}}'
            )
        frames.append(frame.encode())
    return frames


def frames(passes: int) -> list[bytes]:
    """Return the frames of so many passes, each later and with higher ids than the one before."""
    first = recorded() or synthetic()
    return first + [_shifted(frame, number) for number in range(1, passes) for frame in first]


def _as_aggregate(frame: bytes) -> bytes:
    if b"@trade" not in frame[:32]:
        return frame
    frame = frame.replace(b"@trade", b"@aggTrade").replace(b'"e":"trade"', b'"e":"aggTrade"')
    frame = frame.replace(b'"t":', b'"a":').replace(b',"X":"MARKET"', b"")
    return frame.replace(b',"m":', b',"f":1,"l":1,"m":')


def _shifted(frame: bytes, number: int) -> bytes:
    def shift(match: re.Match[bytes]) -> bytes:
        step = _PASS_MS if match[1] in b"ET" else _PASS_IDS
        return b'"%b":%d' % (match[1], int(match[2]) + step * number)

    # Aggregate ids and update ids count up within a pass, so a common step keeps them in order.
    return re.sub(rb'"(a)":(\d{6,})(?=,)', shift, _NUMBER.sub(shift, frame))
