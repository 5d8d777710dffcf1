"""Tear sheets of studies, with the script and the style that were built with the page."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from quantdeck.model.errors import StoreError
from quantdeck.views.offline_page import SheetParts, sheet_policy
from quantdeck.views.tear_sheet_page import tear_sheet_page

if TYPE_CHECKING:
    from quantdeck.analytics.risk.study import RiskStudy
    from quantdeck.hub.risk_desk import RiskDesk, RiskQuestion


@dataclass(frozen=True, slots=True)
class TearSheetFile:
    """A tear sheet to be sent or written.

    Parameters
    ----------
    html : str
        The whole page.
    policy : str
        Content-Security-Policy that lets its own script run and nothing else; whoever serves it sends
        this in place of the page's.
    name : str
        Of the file.
    """

    html: str
    policy: str
    name: str


def sheet_parts(version: str, made_ns: int) -> SheetParts:
    """Return what offline pages carry beside their figures.

    Parameters
    ----------
    version : str
        Of quantdeck.
    made_ns : int
        The time, UTC. [ns]

    Raises
    ------
    StoreError
        If the page was not built.
    """
    web = files("quantdeck").joinpath("web")
    try:
        script = web.joinpath("report.js").read_text(encoding="utf-8")
        style = web.joinpath("report.css").read_text(encoding="utf-8")
    except OSError as error:
        raise StoreError(
            "the script of offline pages was not built; run scripts/build-page in the checkout"
        ) from error
    return SheetParts(script, style, version, made_ns)


def sheet_of(study: RiskStudy, *, version: str, made_ns: int) -> TearSheetFile:
    """Return the tear sheet of a study.

    Parameters
    ----------
    study : RiskStudy
        What is told.
    version : str
        Of quantdeck.
    made_ns : int
        The time, UTC. [ns]

    Raises
    ------
    StoreError
        If the page was not built.
    """
    parts = sheet_parts(version, made_ns)
    series = study.series
    name = f"{series.symbol.replace(':', '-').lower()}-{series.interval}-tear-sheet.html"
    return TearSheetFile(tear_sheet_page(study, parts), sheet_policy(parts), name)


async def tear_sheet(
    desk: RiskDesk, question: RiskQuestion, *, version: str, made_ns: int
) -> TearSheetFile:
    """Return the tear sheet of a question to the desk, made in a thread.

    Parameters
    ----------
    desk : RiskDesk
        Makes the study, or has it.
    question : RiskQuestion
        Whose risk.
    version : str
        Of quantdeck.
    made_ns : int
        The time, UTC. [ns]

    Raises
    ------
    BadInput, NoData, VenueError
        As `RiskDesk.study`.
    StoreError
        If the page was not built.
    """
    study = await desk.study(question)
    return await asyncio.to_thread(sheet_of, study, version=version, made_ns=made_ns)
