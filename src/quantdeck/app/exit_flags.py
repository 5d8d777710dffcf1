"""Exit rules of a command line: those of the settings, changed by flags."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.trading.exits import ExitRules


class ExitFlags(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of exits on the command line; None leaves what the settings say.

    Parameters
    ----------
    stop_loss, take_profit, trailing : float or None
        Fractions of the cost.
    max_days, days_to_expiry : float or None
        [days]
    confirm_s : float or None
        [s]
    """

    stop_loss: float | None = None
    take_profit: float | None = None
    trailing: float | None = None
    max_days: float | None = None
    days_to_expiry: float | None = None
    confirm_s: float | None = None


def exit_rules(settings: Settings, flags: ExitFlags) -> ExitRules:
    """Return the rules where nothing narrower is kept.

    Parameters
    ----------
    settings : Settings
        The section ``paper.exits``.
    flags : ExitFlags
        What replaces it.

    Returns
    -------
    ExitRules

    Raises
    ------
    BadInput
        If a number makes no sense.
    """
    given = {
        name: value for name, value in msgspec.structs.asdict(flags).items() if value is not None
    }
    for name, value in given.items():
        flag = f"--{name.removesuffix('_s').replace('_', '-')}"
        is_share = name in {"stop_loss", "take_profit", "trailing"}
        if not math.isfinite(value) or value < 0 or (is_share and value == 0):
            raise BadInput(f"{flag} is {'above 0' if is_share else 'at least 0'}, was {value:g}")
        if name in {"stop_loss", "trailing"} and value > 1:
            raise BadInput(f"{flag} is a share of the cost, such as 0.1 for 10 %; was {value:g}")
    return msgspec.structs.replace(settings.paper.exits.rules(), **given)
