"""Three machines of which any part is killed: the page comes back, nothing is lost, nothing is doubled."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import wait_until
from tests.end_to_end.three_machines import NODES, Site, Viewer
from tests.scale.machines import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.scale_slow

CARD = '[data-kpi="BINANCE-USDM:BTCUSDT"] .kpi__value'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra scale) is not installed")
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()


@pytest.fixture
def viewer(site: Site) -> Iterator[Viewer]:
    made = Viewer(site)
    try:
        made.until_live("before anything is killed")
        yield made
    finally:
        made.close()


def _runs(site: Site) -> list[dict[str, str]]:
    found: list[dict[str, str]] = site.ask("/api/v1/scheduler/runs").json["runs"]
    return found


def _is_served(site: Site, node: str) -> bool:
    return site.ask("/api/v1/session", node=node).status == 200


@pytest.mark.parametrize("node", NODES)
def test_node_that_is_killed_is_stood_in_for_by_the_other(
    site: Site, viewer: Viewer, node: str
) -> None:
    site.nodes[node].kill()
    answers = [site.ask("/api/v1/status").status for _ in range(20)]
    viewer.until_live(f"without {node}")
    site.nodes[node].start()
    until(lambda: _is_served(site, node), f"{node} again")

    assert answers == [200] * 20
    assert site.ask("/api/v1/session", node=node).json["name"] == "ann"


def test_page_of_a_browser_goes_on_at_the_other_node(site: Site, browser: Browser) -> None:
    name, _, value = site.cookie.partition("=")
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value, "url": site.url}])
    page = context.new_page()
    page.goto(f"{site.url}/dashboard")
    page.wait_for_selector(CARD)
    seen = []

    for node in NODES:
        site.nodes[node].kill()
        before = page.inner_text(CARD)
        seen.append(wait_until(lambda old=before: page.inner_text(CARD) != old, page))
        site.nodes[node].start()
        until(lambda node=node: _is_served(site, node), f"{node} again")
    context.close()

    assert seen == [True, True]


def test_proxy_that_is_killed_and_started_again_has_its_pages_back(
    site: Site, viewer: Viewer
) -> None:
    before = viewer.connections

    site.nginx.kill()
    site.nginx.start()
    viewer.until_live("after nginx was started again")

    assert viewer.connections > before
    assert site.ask("/api/v1/status").status == 200


def test_capture_that_is_killed_goes_on_and_every_copy_has_the_same(
    site: Site, viewer: Viewer
) -> None:
    before = site.captured()

    site.ingest.kill()
    site.ingest.start()
    until(lambda: site.captured() > before, "captured again")
    viewer.until_live("after the capture was started again")

    site.until_whole()


def test_bus_that_is_killed_is_caught_up_with(site: Site, viewer: Viewer) -> None:
    assert site.nats is not None
    before = site.captured()

    site.nats.kill()
    until(lambda: site.captured() > before + 200, "capture without a bus")
    site.nats.start()
    viewer.until_live("after the bus was started again")

    site.until_whole()


def test_store_that_is_killed_gets_what_was_sealed_meanwhile(site: Site) -> None:
    assert site.store is not None
    site.until_stored()
    before = site.stored()

    site.store.kill()
    until(lambda: "sealing waits" in site.health_of_capture(), "a seal that waits")
    site.store.start()
    site.until_stored()

    assert site.stored() > before


def test_copy_that_is_killed_goes_on_where_it_was(site: Site) -> None:
    site.mirrors["two"].kill()
    before = site.captured()
    until(lambda: site.captured() > before + 200, "capture without a copy")
    site.mirrors["two"].start()

    site.until_whole()


def test_database_that_is_killed_is_told_and_people_stay_logged_in(
    site: Site, viewer: Viewer
) -> None:
    assert site.postgres is not None

    site.postgres.stop(signal.SIGQUIT)
    refused = site.ask("/api/v1/status")
    viewer.until_live("without a database")
    site.postgres.start()
    until(lambda: site.ask("/api/v1/status").status == 200, "the database again")

    assert refused.status == 503
    assert refused.json["error"]["code"] == "store"
    assert "check that the server runs" in refused.json["error"]["message"]
    assert {_is_served(site, node) for node in NODES} == {True}


def test_machine_that_is_cut_off_is_stood_in_for_and_catches_up(site: Site, viewer: Viewer) -> None:
    if not site.machines.is_apart:
        pytest.skip("a network that can be cut takes network namespaces: run as root")

    site.machines.cut("three")
    try:
        viewer.until_live("without the machine three")
        answers = [site.ask("/api/v1/status").status for _ in range(5)]
    finally:
        site.machines.join("three")

    assert answers == [200] * 5
    site.until_whole()
    until(lambda: _is_served(site, "three"), "three again")


def test_schedulers_see_to_the_files_of_their_machines_and_are_not_stood_in_for_there(
    site: Site,
) -> None:
    def newest(machine: str) -> str:
        path = site.machines[machine].folder / "data" / "folder.name"
        name = path.read_text().strip()
        return next((run["due"] for run in _runs(site) if run["folder"] == name), "")

    until(lambda: all(map(newest, NODES)), "runs of both schedulers")

    site.schedulers["two"].kill()
    before = {machine: newest(machine) for machine in NODES}
    until(lambda: newest("three") > before["three"], "runs of the other")
    stood_still = newest("two")
    site.schedulers["two"].start()
    until(lambda: newest("two") > stood_still, "runs of the one that was killed")

    dues = [(run["job"], run["folder"], run["due"]) for run in _runs(site)]
    assert stood_still == before["two"]
    assert len(dues) == len(set(dues))


def test_what_was_done_at_either_node_is_in_one_audit_log(site: Site) -> None:
    for node in NODES:
        body = {"name": f"of {node}", "scopes": ["read"], "days": 1}
        assert site.ask("/api/v1/account/tokens", body, node=node).status in {200, 201}

    logs = [site.ask("/api/v1/audit", node=node).json for node in NODES]

    asked = [entry["what"] for entry in logs[0]["entries"]]
    assert asked.count("POST /api/v1/account/tokens") == len(NODES)
    assert logs[0] == logs[1]
