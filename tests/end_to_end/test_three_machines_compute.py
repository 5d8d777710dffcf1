"""A job on a Ray cluster of three machines, one of whose two workers is killed in the middle."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.scale.compute.inline import InlineExecutor
from tests.scale.compute_work import spun
from tests.scale.machines import Machines, Program, until
from tests.scale.ray_cluster import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.scale_slow

_WORKERS = ("two", "three")
_MEMORY = "--object-store-memory=83886080"


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machines]:
    pytest.importorskip("ray", reason="Ray (extra scale) is not installed")
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    made = Machines(tmp_path)
    if not made.is_apart:
        pytest.skip("nodes with addresses of their own take network namespaces: run as root")
    yield made
    made.close()


def _ray(machines: Machines, name: str, *arguments: str) -> Program:
    program = str(Path(sys.executable).parent / "ray")
    here = f"--node-ip-address={machines[name].address}"
    made = machines.run(name, program, "start", "--block", _MEMORY, here, *arguments)
    until(lambda: "Ray runtime started" in made.said() or not made.is_running(), f"Ray on {name}")
    assert made.is_running(), made.said()
    return made


# Its own, or the cluster would be the one that `auto` means on this machine; short, for the names of sockets.
@pytest.fixture
def scratch() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="qd", ignore_cleanup_errors=True) as made:
        yield made


def test_job_whose_worker_is_killed_ends_with_the_same_results(
    scratch: str, machines: Machines
) -> None:
    from quantdeck.scale.compute.ray import RayExecutor

    port = machines["one"].free_port()
    head = f"{machines['one'].address}:{port}"
    head_only = (f"--port={port}", "--num-cpus=0", "--include-dashboard=false")
    _ray(machines, "one", "--head", *head_only, f"--temp-dir={scratch}")
    workers = {name: _ray(machines, name, f"--address={head}", "--num-cpus=1") for name in _WORKERS}
    told: list[str] = []
    items = list(range(120))

    def kill_one_in_the_middle(share: float) -> None:
        if share > 0.3 and workers["three"].is_running():
            workers["three"].kill()

    executor = RayExecutor(head, worth_s=0.0)
    try:
        found = executor.map(spun, items, 0.1, on_progress=kill_one_in_the_middle, tell=told.append)
    finally:
        executor.close()

    assert found == InlineExecutor().map(spun, items, 0.0)
    assert not workers["three"].is_running()
    assert any("Ray" in each for each in told), told
