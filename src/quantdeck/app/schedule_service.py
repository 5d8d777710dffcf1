"""The schedule as a process of its own: runs what is due, and tells how it is doing."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.api.health_service import create_health
from quantdeck.api.server import Server, bind
from quantdeck.app.credentials import metrics_token, surroundings
from quantdeck.app.entrance import address_of, hosts_of
from quantdeck.app.logs import log_to
from quantdeck.app.places import tape_folder
from quantdeck.app.schedule import ScheduleOptions, open_schedule, tell_terminal, until_over
from quantdeck.hub.schedule_health import ScheduleHealth
from quantdeck.hub.supervise import Supervisor
from quantdeck.net.clock import SystemClock
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.hub.scheduler import Scheduler

_LOG = logging.getLogger(__name__)
_BAD = ("failed", "stopped", "the schedule cannot", "it cannot", "its end is not kept")


def run_scheduler(settings: Settings, options: ScheduleOptions, *, port: int) -> None:
    """Run what is due until told to stop, by SIGINT or SIGTERM.

    Parameters
    ----------
    settings : Settings
        All of it: jobs take their defaults from there.
    options : ScheduleOptions
        Which folder.
    port : int
        Where its health is told; the next free one where it is taken.

    Raises
    ------
    ConfigError
        If the times of a job are none, the address is refused, or no port is free.
    StoreError
        If the records cannot be opened.
    """
    folder = tape_folder(settings, demo=options.demo)
    log_to(folder, settings.log_level, name="scheduler", logs=settings.logs)
    supervisor = Supervisor(SystemClock())
    shown = logging.getLevelNamesMapping()[settings.logs.terminal.upper()]

    def say(name: str, text: str) -> None:
        level = logging.WARNING if text.startswith(_BAD) else logging.INFO
        _LOG.log(level, "%s: %s", name or "schedule", text)
        # The log shows the rest there itself.
        if level < shown:
            tell_terminal(name, text)

    with open_schedule(settings, options, supervisor=supervisor, say=say) as scheduler:
        process = ScheduleHealth(
            scheduler,
            supervisor,
            clock=SystemClock(),
            mode=Mode.DEMO if options.demo else Mode.LIVE,
            version=quantdeck.__version__,
        )
        asyncio.run(_serve(scheduler, process, settings, port))


async def _serve(
    scheduler: Scheduler, process: ScheduleHealth, settings: Settings, port: int
) -> None:
    listener = bind(address_of(settings), port)
    service = create_health(
        process, hosts=hosts_of(settings), metrics_token=metrics_token(surroundings())
    )
    server = Server(service, listener)
    names = ", ".join(plan.name for plan in scheduler.plans)
    url = f"http://127.0.0.1:{server.port}/health"
    print(f"quantdeck schedule of {names}, {url}  (Ctrl-C ends)", flush=True)  # noqa: T201
    serving = asyncio.create_task(server.run(), name="http server")
    try:
        await until_over(scheduler, scheduler.run())
    finally:
        server.stop()
        await asyncio.gather(serving, return_exceptions=True)
