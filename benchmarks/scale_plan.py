"""How many machines four large loads need: unit costs measured here, multiplied by what is asked for.

Each unit cost is processor time or bytes of one event, row, symbol-year or reader, measured by the parts of
the other programs of this folder; the loads and the room that is left free are assumptions, named in the
table and changed by options. ``--write FILE`` puts the tables between the marks of a page of the
documentation, so that no figure there is typed by hand.

Run with `python benchmarks/scale_plan.py [--write docs/explain/scale.md]`; it needs a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import math
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_REPOSITORY / "benchmarks"), str(_REPOSITORY), str(_REPOSITORY / "src")]

from bus import nats_server, published, timed_read, write  # noqa: E402
from ingest import run as run_client  # noqa: E402
from stream_clients import HZ, PANELS, cpu_share  # noqa: E402
from timing import one_thread, show  # noqa: E402

from quantdeck.model.events import Kind  # noqa: E402
from quantdeck.net.clock import SystemClock  # noqa: E402
from quantdeck.research.features.build import build  # noqa: E402
from quantdeck.scale.nats.bus import NatsBus  # noqa: E402
from quantdeck.scale.nats.link import NatsPlace  # noqa: E402
from tape import made_up_trades, write_tape  # noqa: E402
from tests.research.tables import synthetic_panel  # noqa: E402

_BEGIN, _END = "<!-- measured: begin -->", "<!-- measured: end -->"
_BUSY = 0.5
"""Share of a core and of a disk that is planned for: the other half is for bursts."""
_MACHINE = 16
"""Cores of a machine."""
_DISK = 500.0
"""What a server of the bus writes. [MB/s]"""
_DAY_S = 86_400
_SESSION_S = 23_400
"""Regular trading hours of US options. [s]"""


class Cost(NamedTuple):
    """A unit cost: of what, how much, in which unit, measured by what."""

    of: str
    value: float
    unit: str
    by: str


class Load(NamedTuple):
    """What is asked for; rates in events a second."""

    name: str
    peak: float
    mean: float
    seconds: float
    basis: str


def wire_cost(passes: int) -> float:
    """Return the processor time of a message from the wire to bars and tape. [us]."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.ingest_server", str(passes)],
        cwd=_REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        port, count = map(int, server.stdout.readline().split())
        client = [sys.executable, str(_REPOSITORY / "benchmarks" / "ingest_client.py")]
        runs = [run_client(client, port, count) for _ in range(3)]
    finally:
        server.terminate()
        server.wait()
    return min(one["cpu"] / one["messages"] for one in runs) * 1e6


def option_cost(seconds: float) -> float:
    """Return the processor time of a streamed option quote, chains and tape included. [us]."""
    done = subprocess.run(
        [
            *(sys.executable, str(_REPOSITORY / "benchmarks" / "chain_stream.py"), "--tape"),
            f"--seconds={seconds}",
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = re.search(r"CPU of a quote \[us\]\s+([\d.]+)", done.stdout)
    if found is None:
        sys.exit(f"chain_stream.py printed no cost of a quote:\n{done.stdout}")
    return float(found[1])


def tape_costs(rows: int) -> dict[str, float]:
    """Return rows a second and bytes a row of the tape."""
    with tempfile.TemporaryDirectory() as folder:
        return write_tape(Path(folder), [(Kind.AGG_TRADE, made_up_trades(rows))])


def bus_costs(rows: int) -> dict[str, float]:
    """Return rows a second and bytes a row of the bus on NATS."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "server").mkdir()
        with nats_server(folder / "server") as url:
            place = NatsPlace(url, "PLAN")
            write(folder / "tape", rows)
            seconds = asyncio.run(published(folder / "tape", place, rows))
            stored = sum(
                each.stat().st_size for each in (folder / "server").rglob("*") if each.is_file()
            )
            read = asyncio.run(timed_read(NatsBus(place), rows))
    return {"publish": rows / seconds, "replay": rows / read, "size": stored / rows}


def feature_costs(symbols: int, years: int) -> tuple[float, float]:
    """Return processor time [s] and memory [MB] of all features of one symbol and year."""
    panel = synthetic_panel(symbols, 252 * years, is_clean=True)
    build(synthetic_panel(3, 300))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    build(panel)
    used = time.process_time() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return used / (symbols * years), grown / 1024 / (symbols * years)


def reader_costs(readers: int, seconds: float) -> tuple[float, float]:
    """Return what publishing to one reader costs, and each further one, as shares of a core."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    one = asyncio.run(cpu_share(1, seconds))
    many = asyncio.run(cpu_share(1 + readers, seconds))
    return one, max(many - one, 0.0) / readers


def measured(*, rows: int, seconds: float, symbols: int) -> dict[str, Cost]:
    """Measure every unit cost."""
    feature_cpu, feature_mb = feature_costs(symbols, 5)
    tape, bus = tape_costs(rows), bus_costs(rows)
    publish, reader = reader_costs(20, seconds)
    return {
        "wire": Cost("a JSON message, wire to bars and tape", wire_cost(2), "us of a core", "ingest.py"),
        "option": Cost(
            "an option quote, wire to chain and tape", option_cost(seconds), "us of a core",
            "chain_stream.py --tape",
        ),
        "seal": Cost("sealing", tape["seal"], "rows/s of a core", "tape.py"),
        "log": Cost("a row of the write-ahead log", tape["log"], "B", "tape.py"),
        "sealed": Cost("a sealed row", tape["size"], "B", "tape.py"),
        "publish": Cost("publishing to the bus", bus["publish"], "rows/s", "bus.py"),
        "replay": Cost("reading the bus", bus["replay"], "rows/s", "bus.py"),
        "bus": Cost("a row kept by the bus", bus["size"], "B", "bus.py"),
        "feature": Cost("all features of a symbol and year", feature_cpu * 1e3, "ms of a core", "features.py"),
        "feature_mb": Cost("their memory while built", feature_mb, "MB", "features.py"),
        "page": Cost(
            f"publishing {len(PANELS)} panels at {HZ} Hz", publish * 100, "% of a core",
            "stream_clients.py",
        ),
        "reader": Cost("one more reader of them", reader * 100, "% of a core", "stream_clients.py"),
    }  # fmt: skip


def cores(work: float) -> float:
    """Return the cores that so much work a second needs, with room for bursts."""
    return work / _BUSY


def feed_plan(load: Load, costs: dict[str, Cost], kind: str) -> list[tuple[str, str]]:
    """Return what capturing, moving and keeping a feed takes."""
    cost = costs[kind].value * 1e-6
    ingest = cores(load.peak * cost)
    sealing = cores(load.mean / costs["seal"].value)
    links = math.ceil(load.peak / _BUSY / costs["publish"].value)
    day = load.mean * load.seconds
    return [
        ("asked for", f"{load.peak:,.0f} messages/s at the peak, {load.mean:,.0f} on average, "
         f"{load.seconds / 3600:.1f} h a day ({load.basis})"),
        ("ingest", f"{ingest:,.1f} cores at the peak, {cores(load.mean * cost):,.1f} on average: "
         f"{math.ceil(ingest)} processes, one core each, by symbols"),
        ("sealing", f"{sealing:,.1f} cores"),
        ("bus", f"{links} publishing link{'s' * (links > 1)}; {load.peak * costs['bus'].value / 1e6:,.0f} MB/s at the peak, "
         f"{day * costs['bus'].value / 1e9:,.0f} GB a day kept"),
        ("machines", f"{math.ceil((ingest + sealing) / _MACHINE)} of {_MACHINE} cores to capture, "
         f"{math.ceil(load.peak * costs['bus'].value / 1e6 / (_BUSY * _DISK))} for the bus at half of {_DISK:,.0f} MB/s each"),
        ("write-ahead log", f"{load.peak * costs['log'].value / 1e6:,.0f} MB/s at the peak"),
        ("kept", f"{day * costs['sealed'].value / 1e9:,.1f} GB a day, "
         f"{day * costs['sealed'].value * (252 if load.seconds < _DAY_S else 365) / 1e12:,.1f} TB a year"),
    ]  # fmt: skip


def feature_plan(symbols: int, years: int, costs: dict[str, Cost]) -> list[tuple[str, str]]:
    """Return what features of every stock take."""
    work = symbols * years * costs["feature"].value / 1e3
    memory = symbols * years * costs["feature_mb"].value / 1e3
    return [
        ("asked for", f"{symbols:,} symbols, {years} years, every feature"),
        ("work", f"{work:,.0f} s of one core: {work / 2:,.0f} s on two, {work / 16:,.0f} s on sixteen"),
        ("machines", "1"),
        ("memory", f"{memory:,.1f} GB at once; a block of a tenth of the symbols {memory / 10:,.1f} GB"),
    ]  # fmt: skip


def page_plan(readers: int, costs: dict[str, Cost]) -> list[tuple[str, str]]:
    """Return what many readers of the page take."""
    reader, publish = costs["reader"].value / 100, costs["page"].value / 100
    a_node = max(1, int((_BUSY - publish) / reader)) if reader else readers
    nodes = math.ceil(readers / a_node)
    return [
        ("asked for", f"{readers:,} readers, {len(PANELS)} live panels each at {HZ} Hz"),
        ("a node", f"{a_node:,} readers fill half of the one core that its event loop has"),
        ("machines", f"{math.ceil(nodes / _MACHINE)}, or two so that one may be lost"),
        ("nodes", f"{nodes} processes behind a balancer: {nodes * publish + readers * reader:,.1f} cores busy"),
    ]  # fmt: skip


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figure(value: float) -> str:
    """Return a figure with three digits that count."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def plans(chosen: argparse.Namespace, costs: dict[str, Cost]) -> dict[str, list[tuple[str, str]]]:
    """Return the four plans."""
    options = Load(
        "US options", chosen.options_peak, chosen.options_mean, _SESSION_S,
        "the consolidated feed's published peak of a second, of March 2015; the mean is assumed a tenth of it",
    )  # fmt: skip
    crypto = Load(
        "Binance", chosen.binance_peak, chosen.binance_mean, _DAY_S,
        "489/s recorded of two perpetuals in a calm hour, taken as a hundredth of all; peak ten times",
    )  # fmt: skip
    return {
        "The full feed of US options": feed_plan(options, costs, "option"),
        "All symbols of Binance": feed_plan(crypto, costs, "wire"),
        "Ten years of daily features for every listed stock": feature_plan(10_000, 10, costs),
        "A thousand readers of the page": page_plan(1_000, costs),
    }


def report(costs: dict[str, Cost], made: dict[str, list[tuple[str, str]]]) -> str:
    """Return everything in Markdown."""
    model = platform.processor() or platform.machine()
    parts = [
        f"Measured {datetime.fromtimestamp(SystemClock().now_ns() / 1e9, UTC):%Y-%m-%d} on {os.cpu_count()} cores ({model}), Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.1f}, by `benchmarks/scale_plan.py`.",
        table(
            ("of", "takes", "unit", "measured by"),
            [(c.of, figure(c.value), c.unit, f"`{c.by}`") for c in costs.values()],
        ),
    ]
    for title, rows in made.items():
        parts += [f"### {title}", table(("", "takes"), list(rows))]
    return "\n\n".join(parts)


def main() -> None:
    """Measure, multiply, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--symbols", type=int, default=100)
    parser.add_argument("--options-peak", type=float, default=10_244_894)
    parser.add_argument("--options-mean", type=float, default=1_024_489)
    parser.add_argument("--binance-peak", type=float, default=489_000)
    parser.add_argument("--binance-mean", type=float, default=48_900)
    parser.add_argument("--write", type=Path, help="page of the documentation to put the tables in")
    chosen = parser.parse_args()
    one_thread()
    costs = measured(rows=chosen.rows, seconds=chosen.seconds, symbols=chosen.symbols)
    made = plans(chosen, costs)
    show("unit costs", ("of", "takes", "unit", "by"), [(c.of, figure(c.value), c.unit, c.by) for c in costs.values()])  # fmt: skip
    for title, rows in made.items():
        show(title, ("", "takes"), rows)
    if chosen.write is not None:
        page = chosen.write.read_text(encoding="utf-8")
        before, rest = page.split(_BEGIN)
        after = rest.split(_END)[1]
        text = f"{before}{_BEGIN}\n\n{report(costs, made)}\n\n{_END}{after}"
        chosen.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
