"""Reports of models and of features, as HTML files that work without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.app.features import features_at
from quantdeck.app.places import reports_folder, tape_folder
from quantdeck.app.research_places import audits_of
from quantdeck.hub.tear_sheets import sheet_parts
from quantdeck.net.clock import SystemClock
from quantdeck.records.models import FOLDER, FolderModels
from quantdeck.records.report_files import write_text
from quantdeck.records.report_lists import FolderLists
from quantdeck.research.features.catalogue import RANK, features
from quantdeck.research.table_halves import compare_halves
from quantdeck.research.table_summary import summarize_table
from quantdeck.tape.features.files import read_features
from quantdeck.views.feature_report import FeatureNote, feature_report_page
from quantdeck.views.model_report import model_report_page

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.views.offline_page import SheetParts

MODELS = "dashboard.html"
FEATURES = "feature_dashboard.html"


def write_model_dashboard(settings: Settings, *, demo: bool, out: Path | None = None) -> Path:
    """Write how models did, and return where.

    Parameters
    ----------
    settings : Settings
        Names the folders.
    demo : bool
        Models of simulated prices.
    out : Path or None
        Folder; that of the reports where None.

    Raises
    ------
    StoreError
        If something cannot be read or written, or the page was not built.
    """
    reports = reports_folder(settings, demo=demo)
    models = FolderModels(tape_folder(settings, demo=demo) / FOLDER)
    cards, current = models.cards(), models.current()
    shown = next((card for card in cards if card.id == current), cards[0] if cards else None)
    page = model_report_page(
        cards,
        shown,
        FolderLists(reports).rows("scoreboard"),
        audits_of(settings, demo=demo).get(),
        _parts(),
    )
    file = (out or reports) / MODELS
    write_text(file, page)
    return file


def write_feature_dashboard(
    settings: Settings, source: str | None, *, demo: bool, out: Path | None = None
) -> Path:
    """Write how features lie, lack and shift, and return where.

    Parameters
    ----------
    settings : Settings
        Names the folders.
    source : str or None
        File of a table, or the date of one that is kept; the newest where None.
    demo : bool
        Of the demo's folder.
    out : Path or None
        Folder; that of the reports where None.

    Raises
    ------
    BadInput, NoData
        If there is no such table.
    StoreError
        If something cannot be read or written, or the page was not built.
    """
    table = features_at(settings, source, demo=demo)
    file = (out or reports_folder(settings, demo=demo)) / FEATURES
    write_text(file, feature_page(table, _parts()))
    return file


def generate_feature_dashboard(
    features_file: str | Path, out_file: str | Path = Path("reports") / FEATURES
) -> Path:
    """Write the dashboard of a file of features, and return where.

    Parameters
    ----------
    features_file : str or Path
        ``.csv`` or ``.parquet``, as `quantdeck features -o` writes it.
    out_file : str or Path
        HTML file; its folder is made.

    Raises
    ------
    BadInput
        If the file is no table of features.
    StoreError
        If something cannot be read or written, or the page was not built.
    """
    file = Path(out_file)
    write_text(file, feature_page(read_features(Path(features_file)), _parts()))
    return file


def feature_page(table: FeatureTable, parts: SheetParts) -> str:
    """Return the dashboard of a table of features.

    Parameters
    ----------
    table : FeatureTable
        Which.
    parts : SheetParts
        Script, style, version and time.
    """
    notes: dict[str, FeatureNote] = {}
    for each in features():
        notes[each.name] = FeatureNote(each.title, each.text, each.group, each.unit)
        if each.is_ranked:
            text = f"Rank of {each.name} among the symbols of the session, from 0 to 1."
            notes[each.name + RANK] = FeatureNote(text[:-1], text, each.group, "1")
    return feature_report_page(summarize_table(table), compare_halves(table), notes, parts)


def _parts() -> SheetParts:
    return sheet_parts(quantdeck.__version__, SystemClock().now_ns())
