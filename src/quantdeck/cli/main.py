"""The ``quantdeck`` command: names its commands; each lives in a file of its own."""

from __future__ import annotations

from typing import Annotated

import typer

import quantdeck
from quantdeck.cli import (
    alerts,
    api,
    audit,
    backfill,
    backtest,
    bars,
    boxes,
    broker,
    collect,
    daily,
    dashboards,
    detect,
    doctor,
    evaluator,
    exits,
    export,
    features,
    health,
    history,
    history_import,
    import_,
    ingest,
    keys,
    maintenance,
    mirror,
    news,
    open_,
    pairs,
    pairs_paper,
    pairs_scan,
    playbook,
    portfolio,
    portfolio_stream,
    quality,
    replay,
    risk_report,
    run_due,
    schedule,
    scheduler,
    sim,
    simulate,
    sql,
    state,
    stream,
    tearsheet,
    train,
    tune,
    up,
    users,
    verify,
    web,
)

app = typer.Typer(
    name="quantdeck",
    help="A self-hosted market workbench. Try it: quantdeck up --demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        print(f"quantdeck {quantdeck.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


app.command("up")(up.up)
app.command("ingest")(ingest.ingest)
app.command("mirror")(mirror.mirror)
app.command("web")(web.web)
app.command("api")(api.api)
app.command("open")(open_.open_)
app.command("sim")(sim.sim)
app.command("import")(import_.import_)
app.command("export")(export.export)
history.app.command("import")(history_import.history_import)
app.add_typer(history.app, name="history")
app.command("replay")(replay.replay)
app.command("sql")(sql.sql)
app.add_typer(boxes.app, name="boxes")
pairs.app.command("scan")(pairs_scan.scan)
pairs.app.command("paper")(pairs_paper.paper)
app.add_typer(pairs.app, name="pairs")
app.command("bars")(bars.bars)
app.command("news")(news.news)
app.command("stream")(stream.stream)
app.command("collect")(collect.collect)
app.add_typer(alerts.app, name="alerts")
app.command("backtest")(backtest.backtest)
app.command("simulate")(simulate.simulate)
app.command("risk-report")(risk_report.risk_report)
app.command("tearsheet")(tearsheet.tearsheet)
app.command("features")(features.features)
app.command("audit")(audit.audit)
app.command("tune")(tune.tune)
app.command("dashboards")(dashboards.dashboards)
app.command("train")(train.train)
app.command("backfill")(backfill.backfill)
app.command("verify")(verify.verify)
app.command("daily")(daily.daily)
app.command("playbook")(playbook.playbook)
app.command("broker")(broker.broker)
app.add_typer(portfolio.app, name="portfolio")
app.command("portfolio-stream")(portfolio_stream.portfolio_stream)
app.command("evaluator")(evaluator.evaluator)
app.add_typer(exits.app, name="exits")
app.command("quality")(quality.quality)
app.command("keys")(keys.keys)
app.command("health")(health.health)
app.command("doctor")(doctor.doctor)
app.command("scheduler")(scheduler.scheduler)
app.command("run-due")(run_due.run_due)
app.add_typer(schedule.app, name="schedule")
app.command("backup")(maintenance.backup)
app.command("restore")(maintenance.restore)
app.command("compact")(maintenance.compact)
app.command("retention")(maintenance.retention)
app.command("detect")(detect.detect)
app.add_typer(state.app, name="state")
app.add_typer(users.app, name="users")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
