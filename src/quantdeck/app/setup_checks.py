"""Asks one vendor for a little of everything, with keys that may not be kept yet."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from quantdeck.app.credentials import alert_secrets
from quantdeck.app.plans import Surroundings
from quantdeck.app.runs import new_run_id
from quantdeck.app.setup_vendors import SLACK
from quantdeck.app.vendor_checks import Gathering, gather_checks
from quantdeck.app.verify import uncached
from quantdeck.jobs.verify import Check, verify
from quantdeck.model.alerts import FiredAlert
from quantdeck.model.errors import BadInput, VenueError
from quantdeck.model.instruments import InstrumentTable
from quantdeck.notify.posting import checked_address
from quantdeck.notify.slack import SlackNotifier
from quantdeck.ports.notifier import Refused, Unreachable
from quantdeck.ports.setup import KeyCheck

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock

_SAMPLE = ("US:AAPL",)
_PATIENCE_S = 30.0


async def check_vendor(
    settings: Settings, vendor: str, environ: Mapping[str, str], *, folder: Path, clock: Clock
) -> tuple[KeyCheck, ...]:
    """Ask a vendor for a little of everything its key may allow; Slack is sent a message.

    Parameters
    ----------
    settings : Settings
        Addresses and plans.
    vendor : str
        Its id.
    environ : mapping of str to str
        Where the keys are.
    folder : Path
        Of the tape.
    clock : Clock
        Where the time comes from.

    Returns
    -------
    tuple of KeyCheck
        What came; what a vendor does raises nothing.

    Raises
    ------
    BadInput
        If a key is missing.
    ConfigError
        If an address or a library is.
    """
    async with AsyncExitStack() as stack:
        if vendor == SLACK:
            checks = [_slack(stack, settings, environ, clock)]
            without: dict[str, str] = {}
        else:
            around = Surroundings(clock, InstrumentTable(), new_run_id(clock), folder)
            found = Gathering(
                uncached(settings), around, stack, _SAMPLE, named=(vendor,), environ=environ
            )
            await gather_checks(found)
            checks, without = found.checks, found.without
        if not checks:
            raise BadInput(f"{vendor} cannot be asked: {without.get(vendor, 'a key is missing')}")
        report = await verify(checks, clock=clock, patience_s=_PATIENCE_S)
    return tuple(KeyCheck(each.what, each.verdict.value, each.found) for each in report.checks)


def _slack(
    stack: AsyncExitStack, settings: Settings, environ: Mapping[str, str], clock: Clock
) -> Check:
    address = alert_secrets(environ).slack_url
    if address is None:
        raise BadInput("slack cannot be asked: SLACK_WEBHOOK_URL is missing")
    url = checked_address(address.reveal(), name="SLACK_WEBHOOK_URL")
    notifier = SlackNotifier(url, clock=clock, timeout_s=settings.alerts.timeout_s)
    stack.push_async_callback(notifier.close)
    now_ns = clock.now_ns()
    message = FiredAlert(
        f"setup-{now_ns}", "setup", "quantdeck", "", now_ns, "This deck can reach you here."
    )

    async def ask() -> str:
        try:
            await notifier.send(message)
        except (Refused, Unreachable) as error:
            raise VenueError(SLACK, str(error)) from None
        return "a message is in the channel"

    return Check(SLACK, "taking a message", ask)
