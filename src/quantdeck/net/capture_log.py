"""Frames exactly as they were received, kept in rotating compressed files.

One line a frame: ``<receipt in ns> <message>``, the form of recorded frames that can be imported and
replayed. Compression and disk are a thread's work behind a bounded queue, so that neither can hold
up the receipt; what finds no room is counted.
"""

from __future__ import annotations

import gzip
import logging
import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LOG = logging.getLogger(__name__)
_CHUNK_BYTES = 1 << 20
_CHUNK_NS = 1_000_000_000
_FAST = 1


class CaptureLog:
    """Writes frames to ``<folder>/<name>-<first receipt in ns>.gz``. Owned by the hub.

    `write` is called from the event loop only; a thread of its own does the rest until `close`.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    name : str
        Start of the files' names.
    file_bytes : int
        Compressed size at which the next file is begun. [B]
    queue_chunks : int
        Chunks of up to 1 MB that may wait for the disk.
    """

    def __init__(
        self, folder: Path, name: str, *, file_bytes: int = 64 << 20, queue_chunks: int = 64
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._name = name
        self._file_bytes = file_bytes
        self._lines: list[bytes] = []
        self._bytes = 0
        self._since_ns = 0
        self._queue: queue.Queue[tuple[int, int, bytes] | None] = queue.Queue(queue_chunks)
        self.frames = 0
        self.dropped = 0
        self.problem = ""
        self._thread = threading.Thread(target=self._work, name=f"capture log {name}", daemon=True)
        self._thread.start()

    def write(self, payload: bytes | memoryview, recv_ns: int) -> None:
        """Keep a frame; its memory is copied."""
        line = b"%d %b\n" % (recv_ns, bytes(payload).replace(b"\n", b" "))
        if not self._lines:
            self._since_ns = recv_ns
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes >= _CHUNK_BYTES or recv_ns - self._since_ns >= _CHUNK_NS:
            self.flush()

    def flush(self) -> None:
        """Hand what has been gathered to the thread; dropped where it has no room."""
        if not self._lines:
            return
        chunk = (self._since_ns, len(self._lines), b"".join(self._lines))
        self._lines, self._bytes = [], 0
        try:
            self._queue.put_nowait(chunk)
        except queue.Full:
            self.dropped += chunk[1]

    def close(self) -> None:
        """Write what is waiting and end the thread. Idempotent."""
        if self._thread.is_alive():
            self.flush()
            self._queue.put(None)
            self._thread.join()

    def _work(self) -> None:
        chunk = self._queue.get()
        while chunk is not None:
            try:
                chunk = self._one_file(chunk)
            except OSError as error:
                # The next chunk gets another try: space may have been made.
                self.problem = f"frames are not kept: {error}"
                self.dropped += chunk[1]
                _LOG.warning("capture log %s: %s", self._name, self.problem)
                chunk = self._queue.get()

    def _one_file(self, first: tuple[int, int, bytes]) -> tuple[int, int, bytes] | None:
        path = self._folder / f"{self._name}-{first[0]}.gz"
        with path.open("ab") as file, gzip.GzipFile("", "ab", _FAST, file, mtime=0) as packed:
            chunk: tuple[int, int, bytes] | None = first
            while chunk is not None:
                packed.write(chunk[2])
                # What has been flushed can be read even if the process is killed.
                packed.flush()
                file.flush()
                self.frames += chunk[1]
                self.problem = ""
                chunk = self._queue.get()
                if file.tell() >= self._file_bytes:
                    return chunk
        return None
