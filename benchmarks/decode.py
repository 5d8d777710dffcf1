"""Option quotes from the wire to typed numbers, against the vendors' own clients.

Every contender is given the same frames and takes each quote as far as its user's code: the vendors'
typed clients until their callback or queue has the object, quantdeck until the packed rings hold it, or
until a sink that keeps nothing has been called. The vendors' clients run with validation as they come; that of
Alpaca also with its raw dictionaries. Needs the test dependencies.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import warnings
from pathlib import Path

import msgspec

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "src")]

from benchmarks.timing import compare, show  # noqa: E402

from quantdeck.feeds.alpaca.decode import Decoder as AlpacaDecoder  # noqa: E402
from quantdeck.feeds.alpaca.wire import Item  # noqa: E402
from quantdeck.feeds.tastytrade.decode import Decoder as TastytradeDecoder  # noqa: E402
from quantdeck.feeds.tastytrade.numbers import Numbers as TastytradeNumbers  # noqa: E402
from quantdeck.feeds.tastytrade.wire import ASKED_FIELDS, QUOTE  # noqa: E402
from quantdeck.live.rings import RingSet  # noqa: E402
from quantdeck.model.instruments import InstrumentTable  # noqa: E402

_STRIKES = 400
_S = 1_795_000_000


class _Nothing:
    def trade(self, a, b, c, d, e, f, g, h, /) -> None: ...

    def quote(self, a, b, c, d, e, f, g, h, i, /) -> None: ...


def alpaca_frames(quotes: int, per_frame: int, second: int = _S) -> list[bytes]:
    """Return frames as the option stream sends them."""
    frames = []
    for start in range(0, quotes, per_frame):
        items = []
        for n in range(start, start + per_frame):
            strike = 4000 + 5 * (n % _STRIKES)
            time = msgspec.msgpack.Ext(-1, ((n * 997) << 34 | second).to_bytes(8, "big"))
            items.append(
                {"T": "q", "S": f"SPXW261218C{strike * 1000:08d}", "t": time, "bx": "C"}
                | {"bp": 9.4 + n % 7 / 20, "bs": 53, "ax": "C", "ap": 9.9, "as": 38, "c": "A"}
            )
        frames.append(msgspec.msgpack.encode(items))
    return frames


def dxlink_frames(quotes: int, per_frame: int, fields: tuple[str, ...]) -> list[bytes]:
    """Return COMPACT frames with these fields of every quote."""
    values = {"bidPrice": 9.4, "askPrice": 9.9, "bidSize": 53.0, "askSize": 38.0}
    values |= {"bidExchangeCode": "C", "askExchangeCode": "C"}
    frames = []
    for start in range(0, quotes, per_frame):
        flat = []
        for n in range(start, start + per_frame):
            name = f".SPXW261218C{4000 + 5 * (n % _STRIKES)}"
            row = {"eventSymbol": name, **values, "bidPrice": 9.4 + n % 7 / 20}
            flat += [row.get(field, 0) for field in fields]
        message = {"type": "FEED_DATA", "channel": 1, "data": ["Quote", flat]}
        frames.append(json.dumps(message, separators=(",", ":")).encode())
    return frames


def _alpaca_sdk(frames: list[bytes], *, raw: bool):
    import msgpack
    from alpaca.data.live.option import OptionDataStream

    stream = OptionDataStream("key", "secret", raw_data=raw)

    async def handler(_quote) -> None: ...

    stream._handlers["quotes"]["*"] = handler  # noqa: SLF001

    async def consume() -> None:
        for frame in frames:
            for message in msgpack.unpackb(frame):
                await stream._dispatch(message)  # noqa: SLF001

    return lambda: asyncio.run(consume())


def alpaca(quotes: int, per_frame: int, rounds: int) -> None:
    """Print the table of Alpaca's option stream."""
    frames = alpaca_frames(quotes, per_frame)

    first = alpaca_frames(_STRIKES, _STRIKES, second=_S - 1)[0]

    # A decoder for every run, since a quote is new once, and each has met all symbols before.
    def ours(make_sink):
        def ready():
            decode = AlpacaDecoder(make_sink(), InstrumentTable(), venue="OPRA").decode
            decode(first, 1)
            return decode

        decoders = [ready() for _ in range(rounds + 1)]

        def run() -> None:
            decode = decoders.pop()
            for frame in frames:
                decode(frame, 1)

        return run

    typed = msgspec.msgpack.Decoder(list[Item]).decode

    def structs() -> None:
        for frame in frames:
            typed(frame)

    timings = compare(
        ours(lambda: RingSet(1 << 12)),
        {
            "quantdeck, a call per quote": ours(_Nothing),
            "msgspec, messages alone": structs,
            "alpaca-py typed": _alpaca_sdk(frames, raw=False),
            "alpaca-py raw": _alpaca_sdk(frames, raw=True),
        },
        rounds=rounds,
    )
    _print(f"Alpaca option quotes, {per_frame} a frame", timings, quotes)


def _tastytrade_sdk(frames: list[bytes]):
    from tastytrade.dxfeed import Quote

    queue: asyncio.Queue[object] = asyncio.Queue()

    def run() -> None:
        for frame in frames:
            message = json.loads(frame)
            for event in Quote.from_stream(message["data"][1]):
                queue.put_nowait(event)
            while not queue.empty():
                queue.get_nowait()

    return run


def dxlink(quotes: int, per_frame: int, rounds: int) -> None:
    """Print the table of DXLink quotes; each client reads the fields it asks for itself."""
    from tastytrade.dxfeed import Quote

    mine = ASKED_FIELDS[QUOTE]
    theirs = tuple(_camel(name) for name in Quote.model_fields)
    frames, their_frames = (dxlink_frames(quotes, per_frame, each) for each in (mine, theirs))
    names = {f".SPXW261218C{4000 + 5 * n}": n for n in range(_STRIKES)}

    def ours(sink):
        # The names have all been met before, as they have minutes after the start.
        decode = TastytradeDecoder(sink, names, TastytradeNumbers()).decode
        for frame in frames:
            decode(frame, _S * 1_000_000_000)

        def run() -> None:
            for frame in frames:
                decode(frame, _S * 1_000_000_000)

        return run

    timings = compare(
        ours(RingSet(1 << 12)),
        {
            "quantdeck, a call per quote": ours(_Nothing()),
            "tastytrade SDK typed": _tastytrade_sdk(their_frames),
        },
        rounds=rounds,
    )
    _print(f"DXLink quotes, {per_frame} a frame", timings, quotes)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def _print(title: str, timings, quotes: int) -> None:
    rows = [
        (name, f"{quotes / t.seconds:,.0f}", f"{t.seconds / quotes * 1e6:.2f}", f"{t.ratio:.1f}")
        for name, t in timings.items()
    ]
    show(title, ("", "quotes/s", "us/quote", "time / ours"), rows)


def main() -> None:
    """Run all tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quotes", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=7)
    chosen = options.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for per_frame in (1, 20):
        alpaca(chosen.quotes, per_frame, chosen.rounds)
    for per_frame in (1, 20):
        dxlink(chosen.quotes, per_frame, chosen.rounds)


if __name__ == "__main__":
    main()
