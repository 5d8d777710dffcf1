"""Settings of the pages that are made of files somebody writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from quantdeck.hub.page_files import PageFiles


class PanelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The page of the panels that users write."""

    file: Annotated[
        str | None,
        Meta(description="Python with functions below `@panel`; run with the rights of the deck"),
    ] = None
    timeout_s: Annotated[
        float, Meta(ge=0.1, le=60, description="longest call of one of these functions [s]")
    ] = 5


class CvSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The page Visual CV."""

    file: Annotated[str, Meta(description="what it shows; empty for no such page")] = "cv.yaml"


def page_files(panels: PanelSettings, cv: CvSettings) -> PageFiles:
    """Return where the files are, as the hub needs to know.

    Parameters
    ----------
    panels : PanelSettings
        Of the page Panels.
    cv : CvSettings
        Of the page Visual CV.

    Examples
    --------
    >>> page_files(PanelSettings(), CvSettings()).cv.name
    'cv.yaml'
    """
    return PageFiles(
        panels=Path(panels.file) if panels.file else None,
        timeout_s=panels.timeout_s,
        cv=Path(cv.file) if cv.file else None,
    )
