"""The Home page asks the rooms of other pages, and shows the beginning of what they answer."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from quantdeck.hub.home_answers import HomeAnswers
from quantdeck.hub.home_desk import HomeSources
from quantdeck.hub.job_desk import JobDesk
from quantdeck.hub.supervise import Supervisor
from quantdeck.model.alerts import FiredAlert
from quantdeck.ports.jobs import JobQuestion
from quantdeck.views.home_page import PRINTS
from quantdeck.views.payloads import Mode, PanelState, RowsPayload
from tests.hub.deck_rig import BTC, HandClock, deck_rig
from tests.hub.market_rig import ToldJob
from tests.hub.playbook_rig import sample
from tests.views.test_home import STATUS


class LentRoom:
    """A room of another page, with ten rows where nobody says otherwise."""

    def __init__(self, rows: list[dict[str, Any]] | None = None) -> None:
        symbols = [entry.symbol for entry in sample().entries]
        self.rows = [{"id": each} for each in [*symbols, *"123456"]] if rows is None else rows
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.is_known = True

    def quick(self, name: str, params: Any) -> Any:
        """Return the rows, where they are known."""
        self.asked.append((name, dict(params)))
        return RowsPayload(PanelState("demo"), self.rows) if self.is_known else None

    async def slow(self, name: str, params: Any) -> Any:
        """Read them."""
        self.is_known = True
        return self.quick(name, params)

    def revision(self, name: str) -> Any:
        """Return the same always."""
        return name


def answers(
    *,
    room: LentRoom | None = None,
    fired: list[FiredAlert] | None = None,
    fills: LentRoom | None = None,
) -> HomeAnswers:
    clock = HandClock()
    leaf = SimpleNamespace(fired=fired or [], unread=len(fired or []), deliveries={})
    machine: Any = SimpleNamespace(
        clock=clock,
        mode=Mode.DEMO,
        alerts=SimpleNamespace(book=SimpleNamespace(now=leaf, revision=1)),
        capture=SimpleNamespace(lanes=[], is_on=True),
        parts=SimpleNamespace(due=None),
        paper=None if fills is None else SimpleNamespace(revision=1),
    )
    kinds = {kind: ToldJob() for kind in ("verify", "collect")}
    jobs = JobDesk(kinds, None, clock=clock, supervisor=Supervisor(clock), mode="demo")
    research: Any = SimpleNamespace(last=SimpleNamespace(cards=()))
    playbook: Any = SimpleNamespace(last=sample(), revision=1)
    rooms: Any = {} if room is None else {"playbook": room}
    sources = HomeSources(lambda: STATUS, jobs, research, playbook, fills or LentRoom([]))

    return HomeAnswers(machine, rooms, sources)


def test_playbook_on_home_is_the_first_five_of_the_newest() -> None:
    room = LentRoom()

    payload: Any = answers(room=room).quick("home.playbook", {})

    assert len(payload.rows) == 5
    assert payload.rows[0]["momentum_part"] == pytest.approx(
        next(p for p in sample().entries[0].contributions if p.factor == "momentum").contribution
    )
    assert room.asked == [("playbook.trades", {"session": "newest"})]


def test_panel_that_must_be_read_is_read_by_the_room_that_has_it() -> None:
    room = LentRoom()
    room.is_known = False
    home = answers(room=room)

    quick = home.quick("home.playbook", {})
    slow: Any = asyncio.run(home.slow("home.playbook", {}))

    assert quick is None
    assert len(slow.rows) == 5


def test_panel_of_a_page_that_is_not_there_is_empty() -> None:
    payload: Any = answers().quick("home.playbook", {})

    assert payload.state.word == "empty"


def test_alerts_on_home_are_those_that_nobody_has_seen() -> None:
    fired = [
        FiredAlert("1", "r", "Rule", "", 1, "seen", read=True),
        FiredAlert("2", "r", "Rule", "", 2, "new"),
        FiredAlert("3", "r", "Rule", "", 3, "muted", muted=True),
    ]

    payload: Any = answers(fired=fired).quick("home.alerts", {})

    assert [row["message"] for row in payload.rows] == ["new"]


@pytest.mark.parametrize("name", ["home.log", "home.jobs"])
def test_runs_on_home_are_those_of_its_buttons(name: str) -> None:
    async def main() -> Any:
        home = answers()
        desk: Any = home._jobs
        for kind in ("collect", "verify"):
            begun = await desk.start(JobQuestion(kind=kind))
            await desk.wait(begun.id)
        return await home.slow(name, {})

    told = " ".join(str(row) for row in asyncio.run(main()).rows)

    assert "verify" in told
    assert "collect" not in told


def test_feed_reads_the_fills_that_are_not_in_memory() -> None:
    fill = {"id": "1", "ts": 2**41, "side": "buy", "quantity": 1.0, "symbol": "US:KO"}
    fills = LentRoom([{**fill, "price": 60.0, "realised": None}])
    fills.is_known = False
    home = answers(fills=fills)

    quick = home.quick("home.feed", {})
    slow: Any = asyncio.run(home.slow("home.feed", {}))

    assert quick is None
    assert slow.rows[0]["text"] == "On paper bought 1 KO at 60"
    assert slow.rows[1]["kind"] == "recommended"


def test_prints_are_the_newest_executions_of_every_symbol(tmp_path: Any) -> None:
    async def main() -> Any:
        async with deck_rig(tmp_path, Mode.DEMO) as rig:
            rig.fill(5)
            return await rig.deck.answer(PRINTS, {})

    payload = asyncio.run(main())

    assert payload.state.word == "demo"
    assert len(payload.rows) == 10
    assert {row["id"].partition("/")[0] for row in payload.rows} >= {BTC}
