"""Processes for the crash test of uploads: started once, forked often, killed at any moment.

Reads commands from standard input, one a line: ``<folder> <file>`` forks a process that uploads the file
to the tape and prints its process id.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from quantdeck.feeds.uploads.parse import FileParser
from quantdeck.hub.uploads import UploadDesk, UploadParts
from quantdeck.model.feed import RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_reader, open_writer


def upload(folder: Path, file: Path) -> None:
    """Take in a file, and say so in the file ``done``."""
    instruments, clock = InstrumentTable(), SystemClock()
    parse = FileParser(most_bytes=1 << 30, most_rows=5_000_000)
    writer = open_writer(folder, instruments, clock=clock)
    desk = UploadDesk(
        UploadParts(parse, folder / "uploads", lambda: RunId(f"run-{os.getpid()}")),
        reader=open_reader(folder),
        writer=writer,
        instruments=instruments,
        clock=clock,
    )
    asyncio.run(desk.take(file, venue="UPLOAD", partial=False))
    (folder / "done").touch()
    writer.close()


def main() -> None:
    """Fork what is asked for."""
    # What is loaded or compiled at its first use would otherwise be in every child.
    pq.write_table(pa.table({"price": pa.array([1.0])}), pa.BufferOutputStream())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        folder, file = map(Path, line.split())
        child = os.fork()
        if child == 0:
            try:
                upload(folder, file)
            except BaseException:  # noqa: BLE001 - reported to the test by file
                (folder / "failed").write_text(traceback.format_exc())
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
