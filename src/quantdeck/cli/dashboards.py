"""``quantdeck dashboards``: reports of models and features that work without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quantdeck.cli.reporting import reporting
from quantdeck.cli.up import Config, DataDir


def dashboards(
    table: Annotated[
        str | None,
        typer.Argument(
            help="A .csv or .parquet file of features, or the date of a table that is kept; "
            "the newest kept if not given."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder; research.reports_dir if not given.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Of the demo's own data.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Write dashboard.html (models, calibration, importance) and feature_dashboard.html."""
    with reporting():
        from quantdeck.app.research_reports import write_feature_dashboard, write_model_dashboard
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        print(write_model_dashboard(settings, demo=demo, out=out))
        print(write_feature_dashboard(settings, table, demo=demo, out=out))
