"""Market data from the wire: messages a second against two clients of the same venue.

Every contender runs in a process of its own on one core and is sent the same frames over loopback by a
server on the other core, round after round in turn. quantdeck does all it does live: decode, rings,
duplicates and gaps, one-second bars, write-ahead log flushed to disk. cryptofeed is timed until its
callback, python-binance until its dictionary; they do nothing further.

The peers are installed into environments of their own under ``.bench/`` on the first run, from
``requirements/bench-*.txt``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import msgspec

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "src")]

from benchmarks.ingest_frames import frames, recorded  # noqa: E402
from benchmarks.timing import compare, show  # noqa: E402

from quantdeck.feeds.binance import USDM, Decoder  # noqa: E402
from quantdeck.feeds.binance.wire import Combined  # noqa: E402
from quantdeck.live.rings import RingSet  # noqa: E402
from quantdeck.model.instruments import InstrumentTable  # noqa: E402

_PEERS = {
    "cryptofeed": ("2.4.1", "cryptofeed_client.py", 4),
    "python-binance": ("1.0.37", "python_binance_client.py", 16),
}


class _Nothing:
    def trade(self, a, b, c, d, e, f, g, h, /) -> None: ...

    agg_trade = trade

    def quote(self, a, b, c, d, e, f, g, h, i, /) -> None: ...

    mark = quote

    def bar(self, *event) -> None: ...


def decoding(payloads: list[bytes], rounds: int) -> None:
    """Print what decoding alone takes, against the typed decoder it is built on."""
    typed = msgspec.json.Decoder(Combined, strict=False).decode
    untyped = msgspec.json.decode
    nothing = Decoder(USDM, _Nothing(), InstrumentTable()).decode
    rings = Decoder(USDM, RingSet(), InstrumentTable()).decode

    def each(decode):
        def run() -> None:
            for payload in payloads:
                decode(payload)

        return run

    def stamped(decode):
        def run() -> None:
            for payload in payloads:
                decode(payload, 1)

        return run

    timings = compare(
        stamped(nothing),
        {
            "msgspec typed alone": each(typed),
            "msgspec untyped": each(untyped),
            "json of the standard library": each(json.loads),
            "quantdeck into rings": stamped(rings),
        },
        rounds=rounds,
    )
    rows = [
        (name, f"{len(payloads) / t.seconds:,.0f}", f"{t.ratio:.2f}") for name, t in timings.items()
    ]
    show("Decode and one call of the sink", ("", "msg/s", "time / ours"), rows)


def environment(name: str) -> Path:
    """Return the peer's Python, installing it first where it is not there."""
    folder = _REPOSITORY / ".bench" / name
    python = folder / "bin" / "python"
    pins = _REPOSITORY / "requirements" / f"bench-{name}.txt"
    stamp = folder / "pins"
    if not stamp.exists() or stamp.read_text() != pins.read_text():
        print(f"installing {name} into {folder.relative_to(_REPOSITORY)} ...", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(pins)]
        subprocess.run(pip, check=True)
        stamp.write_text(pins.read_text())
    return python


def run(command: list[str], port: int, wanted: int) -> dict[str, float]:
    """Run a contender on the first core and return what it measured."""
    search = {"PYTHONPATH": os.pathsep.join((str(_REPOSITORY), str(_REPOSITORY / "src")))}
    pinned = ["taskset", "-c", "0"] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []
    done = subprocess.run(
        [*pinned, *command, str(port), str(wanted)],
        env=os.environ | search,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def wire(passes: int, rounds: int) -> None:
    """Print what the whole path takes, against the peers."""
    clients = _REPOSITORY / "benchmarks"
    contenders = {"quantdeck": ([sys.executable, str(clients / "ingest_client.py")], 1)}
    for name, (version, script, share) in _PEERS.items():
        command = [str(environment(name)), str(clients / "ingest_peers" / script)]
        contenders[f"{name} {version}"] = (command, share)
    pinned = ["taskset", "-c", "1"] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []
    server = subprocess.Popen(
        [*pinned, sys.executable, "-m", "benchmarks.ingest_server", str(passes)],
        cwd=_REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port, count = map(int, server.stdout.readline().split())
        speeds: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, (command, share) in contenders.items():
                speeds[name].append(run(command, port, count // share))
                time.sleep(0.2)
    finally:
        server.terminate()
        server.wait()
    ours = [x["messages"] / x["seconds"] for x in speeds["quantdeck"]]
    rows = []
    for name, measured in speeds.items():
        rate = [x["messages"] / x["seconds"] for x in measured]
        core = [x["messages"] / x["cpu"] for x in measured]
        ratio = statistics.median(a / b for a, b in zip(ours, rate, strict=True))
        rows.append(
            (
                name,
                f"{statistics.median(rate):,.0f}",
                f"{statistics.median(core):,.0f}",
                f"{ratio:.1f}",
            )
        )
    title = f"Wire to bars and tape, {count:,} messages, median of {rounds} rounds"
    show(title, ("", "msg/s", "msg/s of CPU", "ours / it"), rows)


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passes", type=int, default=4, help="times the recording is sent")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--decode-only", action="store_true", help="leave out the peers")
    options = parser.parse_args()
    print("frames: " + ("recorded 2024-08-08" if recorded() else "made up"))
    decoding(frames(1), options.rounds)
    if not options.decode_only:
        wire(options.passes, options.rounds)


if __name__ == "__main__":
    main()
