"""Limits on the spread of box rates to their benchmark, as alert rules that the settings keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.alerts.parse import parse
from quantdeck.model.alerts import AlertRule
from quantdeck.model.errors import BadRule, ConfigError

if TYPE_CHECKING:
    from quantdeck.app.box_settings import Boxes
    from quantdeck.ports.records import AlertStore

TENORS_WATCHED = (91, 182, 365, 730)
"""Constant tenors that are compared. [days]"""
_PREFIX = "box-spread-"


def box_rules(boxes: Boxes, *, now_ns: int) -> list[AlertRule]:
    """Return the rules that the limits of the settings mean.

    A tenor is out when it lies beyond a limit by two standard errors, and back when it lies within by two
    basis points: noise at a limit says nothing twice.

    Parameters
    ----------
    boxes : Boxes
        Tickers, benchmark and limits.
    now_ns : int
        When they are made, UTC. [ns]

    Returns
    -------
    list of AlertRule
        One for each ticker, tenor and limit, of the same id at every start.

    Raises
    ------
    ConfigError
        If there is no benchmark, or the limits leave nothing between them.

    Examples
    --------
    >>> from quantdeck.app.box_settings import Boxes
    >>> rules = box_rules(Boxes(benchmarks="bills.csv", alert_above_bp=40), now_ns=0)
    >>> len(rules), rules[0].name
    (4, 'SPX 91d boxes above benchmark + 40 bp')
    >>> rules[0].text
    'box_rate(SPX, 91d) - treasury(91d) - 2 * box_rate_error(SPX, 91d) > 40bp hysteresis 2bp'
    """
    above, below = boxes.alert_above_bp, boxes.alert_below_bp
    if above is None and below is None:
        return []
    if boxes.benchmarks is None:
        raise ConfigError(
            "boxes.alert_above_bp and boxes.alert_below_bp compare with a benchmark; set "
            "boxes.benchmarks to a file of rates"
        )
    if above is not None and below is not None and above <= below:
        raise ConfigError(
            f"boxes.alert_above_bp must be more than boxes.alert_below_bp, were {above:g} and "
            f"{below:g}"
        )
    return [
        _rule(ticker, tenor, side, limit, now_ns)
        for ticker in boxes.tickers
        for tenor in TENORS_WATCHED
        for side, limit in (("above", above), ("below", below))
        if limit is not None
    ]


def keep_box_rules(boxes: Boxes, store: AlertStore, *, now_ns: int) -> None:
    """Make the rules on record those of the settings; channels and mutes of a person stay.

    Parameters
    ----------
    boxes : Boxes
        Tickers, benchmark and limits.
    store : AlertStore
        The records.
    now_ns : int
        UTC. [ns]

    Raises
    ------
    ConfigError
        If the limits cannot be.
    StoreError
        If the records cannot be written.
    """
    wanted = {rule.id: rule for rule in box_rules(boxes, now_ns=now_ns)}
    known = {rule.id: rule for rule in store.rules() if rule.id.startswith(_PREFIX)}
    for gone in known.keys() - wanted.keys():
        store.delete_rule(gone)
    for rule_id, rule in wanted.items():
        before = known.get(rule_id)
        if before is None:
            store.put_rule(rule)
        elif before.text != rule.text:
            changed = structs.replace(before, name=rule.name, text=rule.text, changed_ns=now_ns)
            store.put_rule(changed)


def _rule(ticker: str, tenor: int, side: str, limit: float, now_ns: int) -> AlertRule:
    rate, error = f"box_rate({ticker}, {tenor}d)", f"box_rate_error({ticker}, {tenor}d)"
    sign, operator = ("-", ">") if side == "above" else ("+", "<")
    text = f"{rate} - treasury({tenor}d) {sign} 2 * {error} {operator} {limit:g}bp hysteresis 2bp"
    try:
        parse(text)
    except BadRule as error_:
        raise ConfigError(
            f"boxes.alert_above_bp and alert_below_bp cannot watch {ticker}: {error_}"
        ) from None
    way = f"{'+' if limit >= 0 else '−'} {abs(limit):g} bp"
    return AlertRule(
        id=f"{_PREFIX}{ticker.lower()}-{tenor}d-{side}",
        name=f"{ticker} {tenor}d boxes {side} benchmark {way}",
        text=text,
        created_ns=now_ns,
        changed_ns=now_ns,
    )
