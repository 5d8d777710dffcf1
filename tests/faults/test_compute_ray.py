"""What a deck sees of a Ray cluster whose nodes and whose head are lost."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import pytest

from quantdeck.model.errors import ComputeError, ConfigError
from quantdeck.scale.compute.ray import RayExecutor
from tests.scale.compute_work import shifted, slept, spun
from tests.scale.ray_cluster import RayCluster

pytestmark = pytest.mark.scale_slow


@pytest.fixture
def cluster():
    made = RayCluster()
    yield made
    made.stop()


@pytest.fixture
def executor(cluster):
    made = RayExecutor(cluster.address, worth_s=0.0)
    yield made
    made.close()


def wait_until(there, what):
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.05)


def begun(folder, count):
    return lambda: len(list(folder.glob("begun-*"))) >= count


class Mapped(threading.Thread):
    """A map in a thread of its own, so that something may befall it."""

    def __init__(self, executor, function, items, common):
        super().__init__()
        self._work = (executor, function, items, common)
        self.found = self.error = None
        self.said = []
        self.start()

    def run(self):
        executor, function, items, common = self._work
        try:
            self.found = executor.map(function, items, common, chunk=1, tell=self.said.append)
        except (ComputeError, ConfigError) as error:
            self.error = error


def test_node_that_is_lost_leaves_its_work_to_the_others(cluster, executor, tmp_path):
    (tmp_path / "hold").touch()
    mapped = Mapped(executor, slept, range(6), str(tmp_path))
    wait_until(begun(tmp_path, 2), "work on both nodes")

    cluster.remove(cluster.nodes[0])
    (tmp_path / "hold").unlink()
    mapped.join(60)

    assert mapped.error is None
    assert len(mapped.found) == 6
    assert executor.map(shifted, range(3), 1) == [1, 2, 3]


def test_node_that_is_added_takes_part_in_the_next_map(cluster, executor):
    executor.map(shifted, range(3), 1)
    cluster.add()

    said = []
    executor.map(spun, range(3), 0.01, tell=said.append, chunk=1)

    assert said[0].startswith("3 items in 3 chunks, ")
    assert said[0].endswith(" on 3 CPUs of 3 nodes of a Ray cluster")


def test_cluster_that_is_lost_is_told_and_the_process_lives(cluster, executor, tmp_path):
    (tmp_path / "hold").touch()
    mapped = Mapped(executor, slept, range(6), str(tmp_path))
    wait_until(begun(tmp_path, 2), "work on both nodes")

    cluster.kill_head()
    mapped.join(120)

    assert isinstance(mapped.error, ComputeError)
    assert "was lost with 0 of 6 items done" in str(mapped.error)

    again = RayCluster(nodes=1)
    try:
        other = RayExecutor(again.address, worth_s=0.0)
        assert other.map(shifted, range(3), 1) == [1, 2, 3]
        other.close()
    finally:
        again.stop()


def test_cluster_that_is_not_there_is_told():
    pytest.importorskip("ray", reason="Ray (extra scale) is not installed")
    executor = RayExecutor("127.0.0.1:9", worth_s=0.0)

    with pytest.raises(ComputeError, match=r"127\.0\.0\.1:9 of compute\.url does not answer"):
        executor.map(shifted, range(3), 1)


def test_cluster_without_a_worker_is_told():
    cluster = RayCluster(nodes=0)
    executor = RayExecutor(cluster.address, worth_s=0.0)

    try:
        with pytest.raises(ConfigError, match="no node with a CPU"):
            executor.map(shifted, range(3), 1)
    finally:
        executor.close()
        cluster.stop()


def test_workers_with_other_libraries_are_refused_before_work_is_sent(tmp_path):
    told = tmp_path / "numpy-0.1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 0.1\n")

    with refusal(tmp_path) as error:
        pass

    assert "differ, and results would too: numpy 0.1 there," in str(error.value)


def test_workers_without_quantdeck_are_refused_before_work_is_sent(tmp_path):
    (tmp_path / "quantdeck").mkdir()
    (tmp_path / "quantdeck" / "__init__.py").touch()

    with refusal(tmp_path) as error:
        pass

    assert "install there what is installed here (" in str(error.value)
    assert "quantdeck.scale" in str(error.value)


@contextmanager
def refusal(before):
    cluster = RayCluster(nodes=1, before=before)
    executor = RayExecutor(cluster.address, worth_s=0.0)
    try:
        with pytest.raises(ConfigError) as error:
            executor.map(shifted, range(3), 1)
        yield error
    finally:
        executor.close()
        cluster.stop()
