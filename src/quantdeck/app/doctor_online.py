"""What `quantdeck doctor --online` asks of vendors: what time it is, and what every key may do."""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2

from quantdeck.app.doctor_folder import Finding
from quantdeck.app.verify import VerifyQuestion, verify_vendors
from quantdeck.jobs.verify import Verdict
from quantdeck.model.errors import QuantdeckError

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock

_PATIENCE_S = 5.0
_FAR_S = 2.0
# The header that every HTTP server sends has whole seconds.
_COARSE_S = 0.5


def clock_skew(settings: Settings, clock: Clock) -> Finding:
    """Find how far the clock of this machine is from that of a vendor.

    Parameters
    ----------
    settings : Settings
        Addresses; the first vendor that answers is taken.
    clock : Clock
        Of this machine.
    """
    feeds, why = settings.feeds, ""
    for name, url in (
        ("Binance", f"{feeds.binance_usdm.rest_url}/fapi/v1/time"),
        ("Binance spot", f"{feeds.binance_spot.rest_url}/api/v3/time"),
    ):
        try:
            skew_s, error_s = _asked(url, clock)
        except (httpx2.HTTPError, ValueError, KeyError) as error:
            why = f"{name} gave no time ({type(error).__name__})"
            continue
        text = f"{skew_s:+.2f} s against {name}, give or take {error_s:.2f} s"
        if abs(skew_s) - error_s > _FAR_S:
            remedy = "set the clock, and keep it set: timedatectl set-ntp true"
            return Finding("clock", "fail", text, remedy)
        return Finding("clock", "ok", text)
    return Finding("clock", "warn", why, "look at the network, and at feeds.binance_usdm.rest_url")


def keys(settings: Settings) -> list[Finding]:
    """Find what every key that is set up may do, by asking for a little.

    Parameters
    ----------
    settings : Settings
        Addresses and plans.
    """
    try:
        report = asyncio.run(
            verify_vendors(settings, VerifyQuestion(), ("AAPL",), progress=lambda _: None)
        )
    except QuantdeckError as error:
        return [Finding("keys", "warn", str(error), "quantdeck verify tells more")]
    failed = {id(check) for check in report.failures}
    return [
        Finding(
            check.vendor,
            "fail" if id(check) in failed and check.verdict is Verdict.FAILED else "ok",
            f"{check.what}: {check.found}",
            "quantdeck verify tells more" if check.verdict is Verdict.FAILED else "",
        )
        for check in report.checks
    ]


def _asked(url: str, clock: Clock) -> tuple[float, float]:
    began_ns = clock.now_ns()
    answer = httpx2.get(url, timeout=_PATIENCE_S)
    ended_ns = clock.now_ns()
    middle_s, half_s = (began_ns + ended_ns) / 2e9, (ended_ns - began_ns) / 2e9
    if answer.is_success:
        return middle_s - float(answer.json()["serverTime"]) / 1e3, half_s
    told = parsedate_to_datetime(answer.headers["date"]).timestamp() + _COARSE_S
    return middle_s - told, half_s + _COARSE_S
