"""The Research page of a deck: where tables, models and reports are, and what is run by itself."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from quantdeck.app.feature_parts import load_own_features
from quantdeck.app.places import reports_folder
from quantdeck.app.research_jobs import ResearchStores
from quantdeck.app.research_places import audits_of, tunings_of
from quantdeck.hub.research_parts import ResearchParts
from quantdeck.ports.jobs import JobQuestion
from quantdeck.records.models import FOLDER, FolderModels
from quantdeck.records.report_lists import FolderLists
from quantdeck.tape.features.store import TableStore

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock
    from quantdeck.records.open import Records

_DEMO = ("features", "train", "model-backtest")
_DEMO_DAYS = 5 * 365
_DAY_NS = 86_400_000_000_000


def research_stores(
    settings: Settings, folder: Path, records: Records, *, demo: bool
) -> ResearchStores:
    """Return what the jobs of the page read and keep.

    Parameters
    ----------
    settings : Settings
        Names the reports folder.
    folder : Path
        Of the tape.
    records : Records
        Where backtests are kept.
    demo : bool
        Whether the data are simulated: their reports are kept apart.
    """
    return ResearchStores(
        tables=TableStore(folder),
        models=FolderModels(folder / FOLDER),
        audits=audits_of(settings, demo=demo),
        tunings=tunings_of(settings, demo=demo),
        runs=records.runs,
        lists=FolderLists(reports_folder(settings, demo=demo)),
    )


def research_parts(
    settings: Settings, stores: ResearchStores, clock: Clock, *, demo: bool
) -> ResearchParts:
    """Return what the research desk of a deck is made of.

    Parameters
    ----------
    settings : Settings
        Names files of a person's own features, which are registered.
    stores : ResearchStores
        What is kept.
    clock : Clock
        Where the time comes from.
    demo : bool
        Make a table of some years and a model of the simulated prices when somebody first looks.

    Raises
    ------
    ConfigError
        If a file of features is not there, or fails.
    """
    load_own_features(settings)
    return ResearchParts(
        models=stores.models,
        features=stores.tables,
        audit=stores.audits.get,
        scoreboard=partial(stores.lists.rows, "scoreboard"),
        rows=stores.lists.rows,
        begin=tuple(JobQuestion(kind=kind, first=_since(clock)) for kind in _DEMO) if demo else (),
    )


def _since(clock: Clock) -> str:
    # All the years of the demo would take as long again, and show nothing more.
    day = clock.now_ns() // _DAY_NS - _DEMO_DAYS
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
