"""Commands that are programs of their own as well, such as ``backtest`` and ``broker``."""

from __future__ import annotations

import typer

from quantdeck.cli import backtest as backtest_
from quantdeck.cli import broker as broker_
from quantdeck.cli import daily as daily_
from quantdeck.cli import evaluator as evaluator_
from quantdeck.cli import portfolio as portfolio_
from quantdeck.cli import portfolio_stream as portfolio_stream_
from quantdeck.cli import risk_report as risk_report_
from quantdeck.cli import scheduler as scheduler_
from quantdeck.cli import simulate as simulate_
from quantdeck.cli import up as up_


def backtest() -> None:
    """Run ``quantdeck backtest``."""
    typer.run(backtest_.backtest)


def simulate() -> None:
    """Run ``quantdeck simulate``."""
    typer.run(simulate_.simulate)


def risk_report() -> None:
    """Run ``quantdeck risk-report``."""
    typer.run(risk_report_.risk_report)


def broker() -> None:
    """Run ``quantdeck broker``."""
    typer.run(broker_.broker)


def daily() -> None:
    """Run ``quantdeck daily``."""
    typer.run(daily_.daily)


def portfolio() -> None:
    """Run ``quantdeck portfolio``."""
    portfolio_.app()


def portfolio_stream() -> None:
    """Run ``quantdeck portfolio-stream``."""
    typer.run(portfolio_stream_.portfolio_stream)


def evaluator() -> None:
    """Run ``quantdeck evaluator``."""
    typer.run(evaluator_.evaluator)


def scheduler() -> None:
    """Run ``quantdeck scheduler``."""
    typer.run(scheduler_.scheduler)


def webapp() -> None:
    """Run ``quantdeck up``."""
    typer.run(up_.up)
