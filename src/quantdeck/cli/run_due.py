"""``quantdeck run-due``: for cron and timers of systemd."""

from __future__ import annotations

from quantdeck.cli.reporting import reporting
from quantdeck.cli.schedule import AsJson, Demo
from quantdeck.cli.up import Config, DataDir


def run_due(
    as_json: AsJson = False, demo: Demo = False, data_dir: DataDir = None, config: Config = None
) -> None:
    """Run what is due and end; exits with 3 where a job has failed.

    Call it every few minutes from cron or systemd. Due times count from the first call on; a job that is
    being run elsewhere is left alone.
    """
    with reporting():
        from quantdeck.app.schedule import ScheduleOptions
        from quantdeck.app.schedule import run_due as run
        from quantdeck.app.settings import load

        settings = load(config, flags={"data_dir": data_dir})
        code = run(settings, ScheduleOptions(demo=demo, as_json=as_json))
    raise SystemExit(code)
