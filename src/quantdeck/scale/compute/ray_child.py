"""The process between a deck and a Ray cluster: ``python -m quantdeck.scale.compute.ray_child FD ADDRESS``.

Ray ends the process that is connected when the head of the cluster is lost for a minute, sets handlers of
signals, and cannot be connected twice. A deck must outlive all of that, so it starts this process and
speaks with it over a pipe; when the pipe is closed from either side, the other one knows.
"""

from __future__ import annotations

import signal
import socket
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import ray as _ray
from ray.exceptions import (
    GetTimeoutError,
    ObjectLostError,
    RayError,
    RaySystemError,
    RayTaskError,
    WorkerCrashedError,
)
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from quantdeck.model.errors import ComputeError
from quantdeck.net.clock import SystemClock
from quantdeck.scale.compute.calls import differing, versions
from quantdeck.scale.compute.drive import LostError, drive
from quantdeck.scale.compute.ray_tasks import run_chunk, tell_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.scale.compute.calls import Outcome
    from quantdeck.scale.compute.drive import Chunk
    from quantdeck.scale.compute.ray_tasks import Asked

# Its types say little.
ray: Any = _ray

_GREETING_S = 5.0
_ANSWER_S = 60.0
_EMPTY_S = 30.0
_COUNT_AGAIN_S = 2.0


# Made once: each one that is made is sent to each worker.
_REMOTE: Any = ray.remote(run_chunk)


class RefusedError(Exception):
    """The cluster cannot do the work, and why."""


def main() -> None:
    """Connect, then do what comes over the pipe until it is closed."""
    # Ctrl-C is for the process that waits for us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Connection(int(sys.argv[1]))
    try:
        _connect(sys.argv[2])
        known = _checked(set())
        pipe.send(("ready", _place()))
        while True:
            asked: Asked = pipe.recv()
            known = _checked(known)
            _map(pipe, asked)
    except EOFError:
        pass
    except OSError as error:
        pipe.send(("absent", str(error)))
        return
    except (RayError, RefusedError, RuntimeError, ValueError) as error:
        pipe.send(("refused", str(error)))
    ray.shutdown()


def _connect(address: str) -> None:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host:
        # Ray itself tries for a long time, and then ends this process.
        socket.create_connection((host, int(port)), timeout=_GREETING_S).close()
    ray.init(
        address=address,
        namespace="quantdeck",
        logging_level="error",
        log_to_driver=False,
    )


def _nodes() -> dict[str, dict[str, Any]]:
    return {
        each["NodeID"]: each
        for each in ray.nodes()
        if each["Alive"] and each["Resources"].get("CPU", 0) >= 1
    }


def _workers() -> int:
    return int(sum(each["Resources"]["CPU"] for each in _nodes().values()))


def _place() -> str:
    found, cpus = len(_nodes()), _workers()
    nodes = "1 node" if found == 1 else f"{found} nodes"
    return f"{cpus} {'CPU' if cpus == 1 else 'CPUs'} of {nodes} of a Ray cluster"


def _checked(known: set[str]) -> set[str]:
    nodes = _nodes()
    if not nodes:
        raise RefusedError("the Ray cluster has no node with a CPU; start workers with `ray start`")
    ours, asked = versions(), ray.remote(tell_versions)
    waiting = {
        node: asked.options(
            num_cpus=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False)
        ).remote()
        for node in nodes.keys() - known
    }
    for node, answer in waiting.items():
        name = nodes[node]["NodeManagerHostname"]
        try:
            wrong = differing(ours, ray.get(answer, timeout=_ANSWER_S))
        except GetTimeoutError as error:
            raise RefusedError(f"node {name} does not answer within {_ANSWER_S:.0f} s") from error
        except (RayTaskError, RaySystemError) as error:
            raise RefusedError(
                f"quantdeck cannot be used on node {name}; install there what is installed here "
                f"({_last_line(error)})"
            ) from error
        if wrong:
            raise RefusedError(
                f"versions on node {name} differ, and results would too: {wrong}; install the same there"
            )
    return known | set(waiting)


def _map(pipe: Connection, asked: Asked) -> None:
    lane = _Lane(asked)

    def look(done: int) -> None:
        pipe.send(("done", done))

    def keep(first: int, part: bytes) -> None:
        pipe.send(("part", (first, part)))

    try:
        driven = drive(
            lane,
            len(asked.items),
            chunk=asked.chunk,
            retries=asked.retries,
            look=look,
            keep=keep,
        )
    except ComputeError as error:
        pipe.send(("failed", str(error)))
        return
    pipe.send(("driven", (driven, _place())))


class _Lane:
    # Ray looks again and again for a place where what waits might go, which costs more than it saves.
    ahead = 0

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._common = ray.put(asked.common)
        self._versions = versions()
        self._clock = SystemClock()
        self._run: Any = _REMOTE.options(num_cpus=1, max_retries=asked.retries)
        self._empty_since: int | None = None
        self._counted_ns = self._clock.monotonic_ns()
        self._workers = _workers()

    @property
    def workers(self) -> int:
        # Asking the head takes as long as sending a chunk.
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._counted_ns > _COUNT_AGAIN_S * 1e9:
            self._counted_ns, self._workers = now_ns, _workers()
        return max(1, self._workers)

    def send(self, chunk: Chunk) -> Any:
        payload = self._asked.items[chunk.first : chunk.end]
        return self._run.remote(
            self._asked.name, self._versions, [self._common], payload, chunk.first
        )

    def ended(self, tickets: Sequence[Any], timeout_s: float) -> list[Any]:
        found, _ = ray.wait(list(tickets), num_returns=1, timeout=timeout_s)
        if not found:
            self._look_at_cluster()
        return found

    def take(self, ticket: Any) -> Outcome:
        try:
            wrong, outcome = ray.get(ticket)
        except (WorkerCrashedError, ObjectLostError) as error:
            raise LostError(_last_line(error)) from error
        except RayError as error:
            raise ComputeError(f"Ray could not do the work: {_last_line(error)}") from error
        if outcome is None:
            raise ComputeError(f"versions on a worker differ: {wrong}; install the same there")
        return outcome

    def _look_at_cluster(self) -> None:
        now_ns = self._clock.monotonic_ns()
        if _nodes():
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now_ns
        elif now_ns - self._empty_since > _EMPTY_S * 1e9:
            raise ComputeError(
                f"all workers of the Ray cluster have been away for {_EMPTY_S:.0f} s; start them and run "
                "the job again"
            )


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


if __name__ == "__main__":
    main()
