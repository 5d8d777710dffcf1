"""What every executor promises, whoever does the work."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, ComputeError
from quantdeck.scale.compute.inline import InlineExecutor
from quantdeck.scale.compute.processes import ProcessExecutor
from quantdeck.scale.compute.ray import RayExecutor
from tests.scale.compute_work import (
    broken,
    changed,
    drawn,
    killed,
    killed_once,
    read,
    refused,
    shifted,
    slept,
    spun,
    strange,
)
from tests.scale.ray_cluster import RayCluster

SLOW_RAY = pytest.param("ray", marks=pytest.mark.scale_slow)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    kept, ended = {}, []

    def make(name):
        if name not in kept:
            if name == "inline":
                kept[name] = InlineExecutor()
            elif name == "processes":
                kept[name] = ProcessExecutor(2, worth_s=0.0)
            else:
                cluster = RayCluster()
                ended.append(cluster)
                kept[name] = RayExecutor(cluster.address, worth_s=0.0)
        return kept[name]

    yield make
    for each in kept.values():
        each.close()
    for each in ended:
        each.stop()


@pytest.fixture(params=["inline", "processes", SLOW_RAY])
def executor(request, made):
    return made(request.param)


@pytest.fixture(params=["processes", SLOW_RAY])
def workers(request, made):
    return made(request.param)


class EnoughError(Exception):
    """The caller wants no more of it."""


def wait_until(there, what):
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.01)


def test_map_gives_the_same_bits_in_the_same_order(executor):
    common = np.random.default_rng(0).normal(size=300)
    items = [(seed, 100 + seed) for seed in range(200)]
    expected = [drawn(common, item) for item in items]

    found = executor.map(drawn, items, common)

    assert found == expected


@pytest.mark.parametrize("chunk", [1, 7, 500])
def test_chunks_of_any_size_give_the_same(executor, chunk):
    common = np.random.default_rng(0).normal(size=300)
    items = [(seed, 100 + seed) for seed in range(60)]
    expected = [drawn(common, item) for item in items]

    found = executor.map(drawn, items, common, chunk=chunk)

    assert found == expected


def test_map_of_nothing_gives_nothing(executor):
    assert executor.map(shifted, [], 1) == []


def test_arrays_of_an_item_may_be_written_to(executor):
    items = [np.arange(3.0), np.arange(200_000.0)]
    expected = [2.0 * each for each in items]

    found = executor.map(changed, items, 2.0)

    assert [each.tobytes() for each in found] == [each.tobytes() for each in expected]


def test_each_map_has_its_own_common(executor):
    first = executor.map(shifted, range(5), 100)
    second = executor.map(shifted, range(5), 200)

    assert (first, second) == ([100, 101, 102, 103, 104], [200, 201, 202, 203, 204])


def test_workers_read_files_of_a_folder_that_they_share(executor, tmp_path):
    for name in "abc":
        (tmp_path / name).write_text(name * 3)

    assert executor.map(read, ["c", "a", "b"], str(tmp_path)) == ["ccc", "aaa", "bbb"]


def test_progress_grows_to_all_of_it(executor):
    shares = []

    executor.map(shifted, range(40), 1, on_progress=shares.append, chunk=4)

    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_error_of_an_item_is_that_of_the_first_and_names_it(executor):
    with pytest.raises(BadInput) as error:
        executor.map(refused, range(40), [11, 12, 30], chunk=5)

    assert str(error.value) == "item 12 of 40 (11): 11 is odd"


def test_error_of_another_kind_becomes_one_of_ours_that_names_it(executor):
    with pytest.raises(ComputeError, match=r"item 2 of 3 \(0\): ZeroDivisionError: division"):
        executor.map(broken, [1, 0, 2], 1)


def test_error_that_is_made_of_several_parts_keeps_its_words(executor):
    with pytest.raises(ComputeError) as error:
        executor.map(strange, [2], 1)

    assert str(error.value) == "item 1 of 1 (2): 1 and 2"


def test_executor_works_on_after_an_error(executor):
    with pytest.raises(BadInput):
        executor.map(refused, [1], [1])

    assert executor.map(shifted, [1], 1) == [2]


def test_function_without_a_name_is_refused(executor):
    with pytest.raises(BadInput, match="top level of a module"):
        executor.map(lambda common, item: item, [1], None)


def test_two_maps_at_a_time_do_not_mix(executor):
    found = {}

    def run(number):
        found[number] = executor.map(shifted, range(50), number * 1000, chunk=5)

    threads = [threading.Thread(target=run, args=(number,)) for number in (1, 2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)

    assert found == {n: [1000 * n + at for at in range(50)] for n in (1, 2)}


def test_map_that_its_caller_ends_is_over_at_once_and_so_are_its_workers(workers, tmp_path):
    (tmp_path / "hold").touch()

    def enough(share):
        if list(tmp_path.glob("begun-*")):
            raise EnoughError

    with pytest.raises(EnoughError):
        workers.map(slept, range(4), str(tmp_path), on_progress=enough, chunk=1)

    # Held for ever, they would keep the two that come now from working.
    assert workers.map(shifted, [1, 2], 0, chunk=1) == [1, 2]


def test_killed_worker_is_replaced_and_the_result_is_the_same(workers, tmp_path):
    said = []

    found = workers.map(killed_once, range(20), (str(tmp_path), 7), tell=said.append, chunk=3)

    assert found == [each * each for each in range(20)]
    assert (tmp_path / "killed").exists()


def test_item_that_kills_each_worker_ends_the_map_and_says_where(workers):
    with pytest.raises(ComputeError, match=r"lost .*items 4 to 4 of 6"):
        workers.map(killed, range(6), 3, chunk=1, retries=1)


def test_little_work_stays_in_this_process_and_says_so():
    said = []
    executor = ProcessExecutor(2, worth_s=2.0)

    found = executor.map(shifted, range(1000), 1, tell=said.append)

    assert found == list(range(1, 1001))
    assert said == ["1,000 items worked on in this process: too little to be handed out"]


def test_much_work_is_handed_out_after_a_look_at_the_first_items():
    said = []
    executor = ProcessExecutor(2, worth_s=0.4)

    try:
        found = executor.map(spun, range(12), 0.06, tell=said.append)
    finally:
        executor.close()

    assert found == list(range(12))
    assert "processes of this machine" in said[0]
