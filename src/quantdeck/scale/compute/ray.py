"""An existing Ray cluster as executor."""

from __future__ import annotations

import importlib.util
import os
import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any

import quantdeck
from quantdeck.model.errors import ComputeError, ConfigError
from quantdeck.scale.compute.mapping import WORTH_S, Mapping
from quantdeck.scale.compute.ray_tasks import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.scale.compute.drive import Driven

_CHILD = "quantdeck.scale.compute.ray_child"
_LOOK_S = 0.25
_GOODBYE_S = 5.0
# Ray reports home otherwise, and waits a minute before it gives a lost head up.
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "20",
}


class RayExecutor:
    """Fulfils `quantdeck.ports.compute.Executor` with a cluster that somebody else has started.

    A process of its own is connected with the cluster, for as long as this executor is open: a cluster
    that is lost takes that process along and not this one. A map that is ended by its caller ends that
    process, whose tasks Ray ends then.

    Parameters
    ----------
    address : str
        As `ray.init` takes it: ``host:6379`` or ``auto`` where this machine is a node of the cluster,
        ``ray://host:10001`` where it is not.
    worth_s : float
        Work that is less stays in this process; 0 hands out all of it. [s]

    Raises
    ------
    ConfigError
        If Ray, or its client where it is needed, is not installed.
    """

    def __init__(self, address: str, *, worth_s: float = WORTH_S) -> None:
        if importlib.util.find_spec("ray") is None:
            raise ConfigError(
                "compute.url asks for a Ray cluster, and Ray is not installed; install quantdeck[scale], "
                "or leave compute.url empty"
            )
        if address.startswith("ray://") and importlib.util.find_spec("grpc") is None:
            raise ConfigError(
                f"compute.url asks for {address}, and Ray's client is not installed; install ray[client], or "
                "make this machine a node of the cluster and name it ray:host:6379"
            )
        self._address = address
        self._worth_s = worth_s
        # What the workers of now have been given before.
        self._known: set[str] = set()
        self._lock = threading.Lock()
        self._idle: list[_Child] = []

    @property
    def place(self) -> str:
        """Where the work is done, in words."""
        return f"the Ray cluster at {self._address}"

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
        """Return ``function(common, item)`` of every item; see the port.

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
        if not mapping.rest:
            return mapping.results
        asked = Asked(
            mapping.name,
            [pickle.dumps(each, pickle.HIGHEST_PROTOCOL) for each in mapping.rest],
            pickle.dumps(common, pickle.HIGHEST_PROTOCOL),
            chunk,
            retries,
        )
        driven, where = self._driven(asked, mapping)
        return mapping.ended(driven, where)

    def close(self) -> None:
        """Leave the cluster. Idempotent."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._known.clear()
        for child in idle:
            child.end()

    def _driven(self, asked: Asked, mapping: Mapping) -> tuple[Driven, str]:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is not None and not child.is_alive():
            # Its cluster was started again since.
            child.end()
            child = None
        child = child or _Child(self._address)
        try:
            found = child.drive(asked, mapping)
        except BaseException:
            child.end()
            self._known.clear()
            raise
        with self._lock:
            self._idle.append(child)
        return found


class _Child:
    def __init__(self, address: str) -> None:
        self._address = address
        self._is_ready = False
        self._pipe, theirs = Pipe()
        root = str(Path(quantdeck.__file__).resolve().parent.parent)
        known = os.environ.get("PYTHONPATH", "")
        env = {**_ENVIRONMENT, **os.environ, "PYTHONPATH": f"{root}:{known}" if known else root}
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", _CHILD, str(theirs.fileno()), address],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=env,
        )
        theirs.close()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def drive(self, asked: Asked, mapping: Mapping) -> tuple[Driven, str]:
        done = 0
        mapping.look(done)
        try:
            while not self._is_ready:
                self._heard()
                mapping.look(done)
            self._pipe.send(asked)
            while True:
                what, told = self._heard()
                if what == "driven":
                    return told
                if what == "part":
                    mapping.keep(*told)
                elif what == "done":
                    done = told
                mapping.look(done)
        except (EOFError, ConnectionError) as error:
            if not self._is_ready:
                self._told(("absent", "it ended the connection"))
            raise ComputeError(
                f"the Ray cluster at {self._address} was lost with {done} of {len(asked.items)} items "
                "done; start it, and run the job again"
            ) from error

    def end(self) -> None:
        self._pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.terminate()
            self._process.wait(_GOODBYE_S)
            return
        self._process.kill()
        self._process.wait()

    # What it said, or nothing within the time after which the caller looks again.
    def _heard(self) -> tuple[str, Any]:
        return self._told(self._pipe.recv()) if self._pipe.poll(_LOOK_S) else ("", None)

    def _told(self, message: tuple[str, Any]) -> tuple[str, Any]:
        what, told = message
        if what == "refused":
            raise ConfigError(
                f"compute.url: the Ray cluster at {self._address} cannot be used: {told}"
            )
        if what == "absent":
            raise ComputeError(
                f"the Ray cluster at {self._address} of compute.url does not answer ({told}); start it, or "
                "leave compute.url empty to work in this process"
            )
        if what == "failed":
            raise ComputeError(told)
        self._is_ready = True
        return what, told
