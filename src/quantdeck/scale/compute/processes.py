"""A pool of processes on this machine."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quantdeck.scale.compute.calls import Outcome, function_named, work
from quantdeck.scale.compute.drive import LostError, drive
from quantdeck.scale.compute.mapping import WORTH_S, Mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from quantdeck.scale.compute.drive import Chunk

_LOOK_S = 0.25

# What a worker keeps of what items have in common: that of one map at a time.
_held: dict[str, Any] = {}


class ProcessExecutor:
    """Fulfils `quantdeck.ports.compute.Executor` with processes that are started when first needed.

    They are spawned, not forked: this process has threads. They end with it, however it ends.

    Parameters
    ----------
    count : int
        Of processes.
    worth_s : float
        Work that is less stays in this process; 0 hands out all of it. [s]
    """

    def __init__(self, count: int, *, worth_s: float = WORTH_S) -> None:
        self._count = count
        self._worth_s = worth_s
        # What the workers of now have been given before.
        self._known: set[str] = set()
        self._turn = threading.Lock()
        self._pool: _Pool | None = None

    @property
    def place(self) -> str:
        """Where the work is done, in words."""
        return f"{self._count} processes of this machine"

    def map(  # noqa: PLR0913 - of the port
        self,
        function: Callable[[Any, Any], Any],
        items: Sequence[Any],
        common: Any,
        *,
        on_progress: Callable[[float], None] | None = None,
        tell: Callable[[str], None] | None = None,
        chunk: int | None = None,
        retries: int = 2,
    ) -> list[Any]:
        """Return ``function(common, item)`` of every item; see the port. One map has its turn at a time.

        Raises
        ------
        QuantdeckError
            As the port says.
        """
        mapping = Mapping(
            function,
            items,
            common,
            on_progress=on_progress,
            tell=tell,
            worth_s=self._worth_s,
            known=self._known,
        )
        rest = mapping.rest
        if not rest:
            return mapping.results
        with self._waited(mapping.look), tempfile.TemporaryDirectory(prefix="quantdeck-") as folder:
            held = Path(folder) / "common"
            held.write_bytes(pickle.dumps(common, pickle.HIGHEST_PROTOCOL))
            lane = _Lane(self, self._count, mapping.name, str(held), rest)
            try:
                driven = drive(
                    lane,
                    len(rest),
                    chunk=chunk,
                    retries=retries,
                    look=mapping.look,
                    keep=mapping.keep,
                )
            except BaseException:
                self._let_go()
                raise
        return mapping.ended(driven, self.place)

    def close(self) -> None:
        """End the processes. Idempotent."""
        with self._turn:
            self._let_go()

    def pool(self) -> ProcessPoolExecutor:
        """Return the pool, a new one where the last is broken."""
        if self._pool is None:
            self._pool = _Pool(self._count)
        return self._pool.executor

    def broken(self, pool: ProcessPoolExecutor) -> None:
        """Let go of a pool that lost a worker, unless that was done."""
        if self._pool is not None and self._pool.executor is pool:
            self._let_go()

    @contextmanager
    def _waited(self, look: Callable[[int], None]) -> Generator[None]:
        while not self._turn.acquire(timeout=_LOOK_S):
            look(0)
        try:
            yield
        finally:
            self._turn.release()

    def _let_go(self) -> None:
        if self._pool is not None:
            self._pool.end()
            self._pool = None
            self._known.clear()


class _Pool:
    # The workers hold the reading end of a pipe whose other end this process alone has: when that is
    # closed, by us or by the end of this process, they end at once, whatever they do.
    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        theirs, self._ours = context.Pipe(duplex=False)
        self._theirs = theirs
        self.executor = ProcessPoolExecutor(
            count, mp_context=context, initializer=_begin, initargs=(theirs,)
        )

    def end(self) -> None:
        self._ours.close()
        self.executor.shutdown(wait=True, cancel_futures=True)
        self._theirs.close()


class _Lane:
    # The pool has them beside it: the next one begins at once.
    ahead = 1

    def __init__(
        self, owner: ProcessExecutor, workers: int, name: str, common: str, items: Sequence[Any]
    ) -> None:
        self._owner = owner
        self.workers = workers
        self._name = name
        self._common = common
        self._items = items
        self._pools: dict[Future[Outcome], ProcessPoolExecutor] = {}

    def send(self, chunk: Chunk) -> Future[Outcome]:
        payload = pickle.dumps(list(self._items[chunk.first : chunk.end]), pickle.HIGHEST_PROTOCOL)
        while True:
            pool = self._owner.pool()
            try:
                ticket = pool.submit(_work, self._name, self._common, payload, chunk.first)
            except BrokenProcessPool:
                self._owner.broken(pool)
                continue
            self._pools[ticket] = pool
            return ticket

    def ended(self, tickets: Sequence[Any], timeout_s: float) -> list[Any]:
        done, _ = wait(tickets, timeout=timeout_s, return_when=FIRST_COMPLETED)
        return [each for each in tickets if each in done]

    def take(self, ticket: Future[Outcome]) -> Outcome:
        pool = self._pools.pop(ticket)
        try:
            return ticket.result()
        except (BrokenProcessPool, CancelledError) as error:
            self._owner.broken(pool)
            raise LostError("a process ended") from error


def _begin(parent: Connection) -> None:
    # Ctrl-C is for the process that waits for us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Connection) -> None:
    wait_for([parent])
    os._exit(0)


def _work(name: str, common: str, payload: bytes, first: int) -> Outcome:
    if common not in _held:
        _held.clear()
        # Written by the process that has started this one.
        _held[common] = pickle.loads(Path(common).read_bytes())  # noqa: S301
    items = pickle.loads(payload)  # noqa: S301
    return work(function_named(name), _held[common], items, first=first, worker=str(os.getpid()))
