"""Exit rules of a command line, from flags and in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.trading.exits import ExitRules

_SHARES = ("stop_loss", "take_profit", "trailing")


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


def exit_rules(rules: ExitRules, flags: ExitFlags) -> ExitRules:
    """Return rules, changed by flags.

    Parameters
    ----------
    rules : ExitRules
        Such as those of the settings.
    flags : ExitFlags
        What replaces some of them.

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
        is_share = name in _SHARES
        if not math.isfinite(value) or value < 0 or (is_share and value == 0):
            raise BadInput(f"{flag} is {'above 0' if is_share else 'at least 0'}, was {value:g}")
        if name in {"stop_loss", "trailing"} and value > 1:
            raise BadInput(f"{flag} is a share of the cost, such as 0.1 for 10 %; was {value:g}")
    return msgspec.structs.replace(rules, **given)


def rule_words(rules: ExitRules) -> str:
    """Return rules as the flags have them.

    Parameters
    ----------
    rules : ExitRules
        What is said.

    Examples
    --------
    >>> from quantdeck.trading.exits import ExitRules
    >>> rule_words(ExitRules(stop_loss=0.1, max_days=3.0))
    'stop-loss 10 %, max-days 3'
    """
    words = [
        f"{name.replace('_', '-')} {100 * value:g} %"
        for name in _SHARES
        if (value := getattr(rules, name)) is not None
    ]
    words += [
        f"{name.replace('_', '-')} {value:g}"
        for name in ("max_days", "days_to_expiry")
        if (value := getattr(rules, name)) is not None
    ]
    return ", ".join(words) or "no exit rule"
