"""What the Trading page shows of the rules that close what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.views.figures import ms_of
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state
from quantdeck.views.trading_page import legs_text, trade_link
from quantdeck.views.trading_words import number, package_text, short_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.trading.exit_now import WatchedNow
    from quantdeck.trading.exits import ExitRules
    from quantdeck.trading.holdings import Holding
    from quantdeck.views.payloads import PanelState, Row

_SCOPES = {"settings": "the settings", "account": "the account"}
_APART = " \N{MIDDLE DOT} "


def rules_text(rules: ExitRules | None) -> str:
    """Return rules in words.

    Parameters
    ----------
    rules : ExitRules or None
        None where a strategy closes what it holds itself.

    Examples
    --------
    >>> from quantdeck.trading.exits import ExitRules
    >>> rules_text(ExitRules(stop_loss=0.05, max_days=30)), rules_text(ExitRules())
    ('loss 5 % · 30 days', 'none')
    """
    if rules is None:
        return "its strategy's own"
    shares = {"loss": rules.stop_loss, "gain": rules.take_profit, "trailing": rules.trailing}
    words = [f"{name} {100 * share:g} %" for name, share in shares.items() if share is not None]
    if rules.max_days is not None:
        words.append(f"{rules.max_days:g} days")
    if rules.days_to_expiry is not None:
        words.append(f"{rules.days_to_expiry:g} d to expiry")
    return _APART.join(words) or "none"


def exits_payload(watched: Sequence[WatchedNow], state: PanelState) -> RowsPayload:
    """Return what is held, trade by trade, with the rules that would close it.

    Parameters
    ----------
    watched : sequence of WatchedNow
        Oldest first.
    state : PanelState
        Of the panel.
    """
    if not watched:
        return RowsPayload(empty_state(state, "Nothing is held"), [])
    return RowsPayload(state, [_row(each) for each in watched])


def exits_by_symbol(watched: Sequence[WatchedNow]) -> dict[str, str]:
    """Return the rules in words of every symbol that is held; several trades of one apart by slashes."""
    found: dict[str, dict[str, None]] = {}
    for each in watched:
        said = each.says or rules_text(each.rules)
        for symbol in each.holding.symbols:
            found.setdefault(symbol, {})[said] = None
    return {symbol: " / ".join(words) for symbol, words in found.items()}


def _row(each: WatchedNow) -> Row:
    held = each.holding
    return {
        "id": held.id,
        "trade": _trade(held),
        "strategy": held.strategy.replace("_", " "),
        "opened": ms_of(held.opened_ns),
        "cost": float(held.cost),
        "value": None if each.value is None else float(each.value),
        "gain": each.gain,
        "best": each.best,
        "rules": rules_text(each.rules),
        "scope": _scope(each),
        "says": each.says,
        "close": _close(held),
    }


def _trade(held: Holding) -> str:
    if held.is_single:
        way = "long" if held.legs[0].ratio > 0 else "short"
        return f"{way} {number(held.packages)} {short_name(held.legs[0].symbol)}"
    return f"{number(held.packages)} \N{MULTIPLICATION SIGN} {package_text(held.legs)}"


def _scope(each: WatchedNow) -> str:
    kind, _, name = each.scope.partition(":")
    if kind == "position":
        return "this trade"
    return _SCOPES.get(each.scope, f"strategy {name}".strip() if kind == "strategy" else each.scope)


def _close(held: Holding) -> str:
    # A ticket that is filled in, so that all legs are closed together or none.
    if held.is_single:
        leg = held.legs[0]
        side = "sell" if leg.ratio > 0 else "buy"
        return trade_link(leg.symbol, side=side, quantity=f"{held.packages:f}")
    return trade_link(
        legs_text(held.legs, held.strategy if not held.strategy.count(":") else ""),
        side="sell",
        quantity=f"{held.packages:f}",
    )
