"""Fixtures every test may use."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tests.records.places import a_place
from tests.scale.postgres_server import AbsentError, PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xdist.workermanage import WorkerController

# A shared machine is slow at times: how long an example takes says nothing about the code. The same
# examples every time judge a change by what it changes; `HYPOTHESIS_PROFILE=explore` looks for new ones.
settings.register_profile(
    "quantdeck", deadline=None, print_blob=True, max_examples=50, derandomize=True, database=None
)
settings.register_profile("explore", deadline=None, print_blob=True, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quantdeck"))

# This machine, and the machines that `tests.scale.machines` makes on it.
_OURS = ("127.", "::1", "localhost", "0.0.0.0", "198.18.")  # noqa: S104 - names, nothing is bound
_REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of recorded market data, or skip: it is not part of the repository."""
    folder = Path(os.environ.get("QUANTDECK_SHARED_DATA", _REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"recorded market data are not here ({folder.name} not found)")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Yield a PostgreSQL server, or skip: it is no part of the repository."""
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra scale) is not installed")
    try:
        server = PostgresServer()
    except AbsentError as error:
        pytest.skip(str(error))
    try:
        server.start()
        yield server
    except AbsentError as error:
        pytest.skip(str(error))
    finally:
        server.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> str:
    """Return where records may be kept, by every engine in turn; see `tests.records.places`."""
    return a_place(request)


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
    elif event == "socket.getaddrinfo":
        address = arguments[:1]
    else:
        return
    # Paths of Unix sockets are text; addresses are tuples with the host first.
    host = address[0] if isinstance(address, tuple) else None
    host = host.decode() if isinstance(host, bytes) else host
    if isinstance(host, str) and host and not host.startswith(_OURS):
        raise RuntimeError(f"tests may not reach the network, was {event} {host!r}")


sys.addaudithook(_refuse_network)


# What has a deck of its own comes last, so that no deck runs beside the tests of everything else; and of
# those the pages first, since they are the longest and all of one worker.
_PAGES = "tests/end_to_end/pages/"
_BROWSERS = "tests/end_to_end/"


def _turn(item: pytest.Item) -> int:
    return 1 if item.nodeid.startswith(_PAGES) else 2 if item.nodeid.startswith(_BROWSERS) else 0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--scale", action="store_true", help="run the slow tests of the engines of scale too"
    )


# Whatever takes a server of `tests.scale` is of scale, wherever the test lies.
def pytest_itemcollected(item: pytest.Item) -> None:
    names = getattr(getattr(item, "module", None), "__dict__", {})
    used = {getattr(each, "__module__", None) or "" for each in names.values()}
    fixtures = getattr(item, "fixturenames", ())
    if (
        item.nodeid.startswith("tests/scale/")
        or any(each.startswith("tests.scale.") for each in used)
        or not {"place", "postgres"}.isdisjoint(fixtures)
    ):
        item.add_marker("scale")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--scale"):
        slow = [item for item in items if item.get_closest_marker("scale_slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("scale_slow")]
    items.sort(key=_turn)


# Tests of everything else wait more than they compute, a deck and its browser the other way round.
_DECKS_AT_ONCE = 2


class _OneDeckForAllPages(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _PAGES if nodeid.startswith(_PAGES) else super()._split_scope(nodeid)

    def _reschedule(self, node: WorkerController) -> None:
        if next(iter(self.workqueue), "").startswith(_BROWSERS) and not self._may_browse(node):
            node.shutdown()
        else:
            super()._reschedule(node)

    def _may_browse(self, node: WorkerController) -> bool:
        return node.shutting_down or node in self.nodes[:_DECKS_AT_ONCE]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    return _OneDeckForAllPages(config, log)
