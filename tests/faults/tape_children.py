"""Processes for the crash test of the tape: started once, forked often, killed at any moment.

Reads commands from standard input, one a line: ``write <folder> <first batch>`` forks a writer and
prints its process id, ``read <folder>`` forks a reader and prints its process id. Both run until they
are killed or the folder holds a file named ``stop``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.options import TapeOptions

KINDS = (Kind.TRADE, Kind.QUOTE, Kind.MARK)
SYMBOLS = ("BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT", "BINANCE:BTCUSDT")
ROWS = 200
STEP_NS = 20_000_000
# Ten seconds before a midnight, so that batches fall on two days.
START_NS = 1_763_683_190_000_000_000


def batch(kind: Kind, number: int) -> Batch:
    """Return the batch that this kind and number always mean."""
    rows = np.zeros(ROWS, dtype=DTYPES[kind])
    seq = np.arange(number * ROWS, (number + 1) * ROWS)
    rows["seq"] = seq
    rows["ts_event"] = START_NS + seq % 100_003 * STEP_NS // 100
    rows["ts_recv"] = rows["ts_event"] + 1000
    rows["symbol"] = seq % len(SYMBOLS)
    for name in DTYPES[kind].names:
        if DTYPES[kind][name].kind == "f":
            rows[name] = seq * 0.25
    run = Provenance("binance-usdm", Delay.REALTIME, RunId(f"run-{number // 100_000}"))
    return Batch(kind, rows, run)


def _shared():
    """Return the store that the environment names, if it names one."""
    if "TAPE_STORE" not in os.environ:
        return None
    from quantdeck.scale.objects import StorePlace
    from tests.scale.tape_rig import shared_place

    return shared_place(StorePlace(**json.loads(os.environ["TAPE_STORE"])))


def write(folder: Path, first: int) -> None:
    """Write batches, and note each in the file ``acked`` once it is said to be on the disk."""
    instruments = InstrumentTable()
    for symbol in SYMBOLS[:: 1 if first % 200_000 else -1]:
        instruments.id_of(symbol)
    ids = np.array([instruments.id_of(symbol) for symbol in SYMBOLS], dtype=np.int32)
    options = TapeOptions(
        roll_rows=8000, sync_interval_ms=20, drain_interval_ms=1, maintain_seconds=0.1
    )
    tape = open_writer(folder, instruments, clock=SystemClock(), options=options, shared=_shared())
    acked = os.open(folder / "acked", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    number = first
    while not (folder / "stop").exists():
        some = [batch(kind, number + i) for i in range(2) for kind in KINDS]
        # What was written before comes again, as in an import done twice.
        again = [batch(kind, max(first, number - 7)) for kind in KINDS if number % 6 == 0]
        for one in some + again:
            one.rows["symbol"] = ids[one.rows["symbol"]]
            tape.append_wait(one)
        tape.sync()
        # Leave some of the machine to the thread that seals, and to the reader.
        time.sleep(0.003)
        os.write(acked, b"".join(b"%d\n" % (number + i) for i in range(2)))
        number += 2
    tape.close()


def read(folder: Path) -> None:
    """Read again and again; note how often, and every time a count went back."""
    reader = open_reader(folder, _shared())
    before: dict[tuple[str, ...], int] = {}
    seen, reads = [], 0
    while not (folder / "stop").exists():
        now = {(c.kind, c.source, c.symbol): c.rows for c in reader.coverage()}
        seen += [
            f"{stream}: {rows} then {now.get(stream, 0)}"
            for stream, rows in before.items()
            if now.get(stream, 0) < rows
        ]
        table = reader.table(KINDS[reads % 3], columns=["seq"])
        seq = table.column("seq").to_numpy()
        if len(np.unique(seq)) != len(seq):
            seen.append(f"{len(seq) - len(np.unique(seq))} events twice")
        before, reads = now, reads + 1
    (folder / "seen.json").write_text(json.dumps({"reads": reads, "wrong": seen}))


def main() -> None:
    """Fork what is asked for."""
    # What Arrow loads at its first use would otherwise be loaded in every child.
    warm = batch(Kind.TRADE, 0).rows["price"]
    pq.write_table(
        pa.table({"price": pa.array(np.ascontiguousarray(warm))}), pa.BufferOutputStream()
    )
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        what, folder, *rest = line.split()
        child = os.fork()
        if child == 0:
            try:
                write(Path(folder), int(rest[0])) if what == "write" else read(Path(folder))
            except BaseException:  # noqa: BLE001 - reported to the test by file
                Path(folder, f"failed-{what}").write_text(traceback.format_exc())
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
