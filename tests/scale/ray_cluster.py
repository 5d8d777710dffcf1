"""A Ray cluster of the tests: a head without a processor and two nodes of one each, on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

_MEMORY = 80 << 20
_REPOSITORY = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_enable_metrics_collection": "0",
    "RAY_num_prestart_python_workers": "0",
    "PYTHONPATH": f"{_REPOSITORY / 'src'}:{_REPOSITORY}",
}


class RayCluster:
    """Owned by a module of tests; skips where Ray is not installed.

    Parameters
    ----------
    nodes : int
        Beside the head.
    before : Path or None
        What the nodes import before what this process imports.
    """

    def __init__(self, nodes: int = 2, *, before: Path | None = None) -> None:
        pytest.importorskip("ray", reason="Ray (extra scale) is not installed")
        from ray.cluster_utils import Cluster

        known = {name: os.environ.get(name) for name in ENVIRONMENT}
        os.environ.update(ENVIRONMENT)
        if before is not None:
            os.environ["PYTHONPATH"] = f"{before}:{ENVIRONMENT['PYTHONPATH']}"
        try:
            self._cluster: Any = Cluster(
                initialize_head=True,
                head_node_args={
                    "num_cpus": 0,
                    "object_store_memory": _MEMORY,
                    "include_dashboard": False,
                },
            )
            self.nodes = [self.add() for _ in range(nodes)]
        finally:
            _restore(known)

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def add(self) -> Any:
        """Start a node."""
        return self._cluster.add_node(num_cpus=1, object_store_memory=_MEMORY)

    def remove(self, node: Any) -> None:
        """End a node as a fault of its machine would."""
        self._cluster.remove_node(node, allow_graceful=False)

    def kill_head(self) -> None:
        """End the head as a fault of its machine would."""
        self._cluster.head_node.kill_all_processes(check_alive=False, allow_graceful=False)

    def stop(self) -> None:
        """End everything."""
        self._cluster.shutdown()


def _restore(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
