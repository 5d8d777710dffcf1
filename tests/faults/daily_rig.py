"""A daily run on a small simulated vendor: real steps, real files, a model of a few small trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.alert_settings import Alerts
from quantdeck.app.daily_inputs import DailyPlace
from quantdeck.app.daily_settings import DailySettings
from quantdeck.app.daily_steps import daily_of
from quantdeck.app.feed_settings import Feeds, Polygon
from quantdeck.app.research_settings import Research
from quantdeck.app.settings import Settings
from quantdeck.jobs.daily_steps import DailyQuestion
from quantdeck.net.clock import SystemClock
from quantdeck.records.playbooks import PlaybookFiles
from quantdeck.research.playbook.entry import Entry, Idea, LegLine, Playbook
from quantdeck.sims.options.listed import Size
from quantdeck.sims.stocks.market import StockMarket

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.jobs.daily_steps import DailyReport
    from quantdeck.records.open import Records

MARKET = StockMarket(seed=7, size=Size.SMALL)
SYMBOLS = ("AAPL",)
EARLIER = "2026-01-05"
"""Session of a playbook whose trades are marked by the run."""


class Said:
    """Fulfils `JobTeller`."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str, *, tone: str = "plain") -> None:
        self.lines.append(text)

    def progress(self, done: int, of: int) -> None:
        assert 0 <= done <= of


def settings_of(folder: Path, rest_url: str) -> Settings:
    """Return settings under which a run takes a second or two."""
    params = {"num_iterations": 3.0, "num_leaves": 4.0, "min_data_in_leaf": 20.0}
    return Settings(
        data_dir=str(folder / "data"),
        feeds=Feeds(polygon=Polygon(rest_url=rest_url, plan="advanced")),
        research=Research(folds=1, params=params),
        daily=DailySettings(sessions=100),
        alerts=Alerts(timeout_s=2.0),
    )


def place_of(settings: Settings, records: Records, folder: Path) -> DailyPlace:
    """Return where it works."""
    return DailyPlace(settings, folder, records, SystemClock(), demo=False)


async def run_once(place: DailyPlace, first_step: str = "") -> DailyReport:
    """Run the day."""
    return await daily_of(place).run(DailyQuestion(symbols=SYMBOLS, first_step=first_step), Said())


def keep_earlier_playbook(folder: Path) -> None:
    """Keep the playbook of an earlier session: five shares, bought at 100."""
    shares = Idea(
        structure="long_shares",
        title="Shares",
        legs=(LegLine("share", None, 1, 100.0),),
        cost=100.0,
        max_loss=10.0,
        size=5,
        risk=50.0,
    )
    entries = tuple(
        Entry(
            rank=at + 1,
            symbol=f"US:{name}",
            score=1.0,
            coverage=1.0,
            absent=(),
            contributions=(),
            probability=0.6,
            view="up",
            richness="fair",
            view_why="",
            idea=shares,
        )
        for at, name in enumerate(SYMBOLS)
    )
    PlaybookFiles(folder).put(
        Playbook(
            session=EARLIER,
            known_ns=1,
            made_ns=1,
            inputs="earlier",
            weights={"momentum": 1.0},
            top_n=2,
            entries=entries,
        )
    )
