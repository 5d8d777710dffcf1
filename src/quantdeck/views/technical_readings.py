"""Readings of indicators at the newest bar, each with its state in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.technical import Pane
from quantdeck.views.figures import MINUS
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.technical_choices import line_ids, short_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.technical import IndicatorValues
    from quantdeck.analytics.technical_study import TechnicalStudy
    from quantdeck.views.payloads import PanelState, Row

_HIDDEN = {"direction"}
_CENTS = 2
_DECIMALS = {"0 to 100": 1, "-100 to 0": 1, "1": 1, "units of the instrument": 0}


def decimals_of(values: IndicatorValues, price_decimals: int) -> int:
    """Return how many decimals the figures of an indicator have.

    Parameters
    ----------
    values : IndicatorValues
        Which.
    price_decimals : int
        Of a price.
    """
    if values.indicator.unit == "currency":
        # Differences and ranges of prices below one are small.
        is_small = values.indicator.pane is Pane.OWN and price_decimals > _CENTS
        return price_decimals + is_small
    return _DECIMALS.get(values.indicator.unit, 2)


def readings_payload(study: TechnicalStudy, state: PanelState, *, decimals: int) -> RowsPayload:
    """Return the newest reading of every output, and what the bars do not suffice for.

    Parameters
    ----------
    study : TechnicalStudy
        The study.
    state : PanelState
        Of the panel.
    decimals : int
        Of a price.

    Returns
    -------
    RowsPayload
        One row per output; the first of an indicator has its state in words.
    """
    rows: list[Row] = []
    for values in study.indicators:
        rows += _rows(values, study.last_close, decimals)
    names = {each.name for each in study.choices.indicators}
    rows += [
        {"id": name, "name": name.upper(), "value": None, "unit": "", "decimals": 0}
        | {"state": reason, "settled": ""}
        for name, reason in dict(study.unanswered).items()
        if name in names
    ]
    return RowsPayload(state, rows)


def _rows(values: IndicatorValues, close: float, decimals: int) -> list[Row]:
    rows: list[Row] = []
    said = words_of(values, close)
    settled = "yes" if bool(values.settled[-1]) else f"takes {values.warm_up + 1:,} bars"
    outputs = zip(values.indicator.outputs, line_ids(values), values.values, strict=True)
    for output, name, figures in outputs:
        if output.name in _HIDDEN:
            continue
        latest = float(figures[-1])
        is_first = not rows
        rows.append(
            {
                "id": name,
                "name": short_name(values) if is_first else f"· {output.title}",
                "value": latest if math.isfinite(latest) else None,
                "unit": _unit(values),
                "decimals": decimals_of(values, decimals),
                "state": said if is_first else "",
                "settled": settled if is_first else "",
            }
        )
    return rows


def _unit(values: IndicatorValues) -> str:
    unit = values.indicator.unit
    return "" if unit in {"currency", "1", "units of the instrument"} else unit


def words_of(values: IndicatorValues, close: float) -> str:
    """Return the state of an indicator at the newest bar in words.

    Parameters
    ----------
    values : IndicatorValues
        With one bar at least.
    close : float
        Newest close. [currency]

    Returns
    -------
    str
        Where the close stands to a line or a band, or the reading to its guides; of neither, nothing.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles, sma
    >>> words_of(sma(Candles.of_closes([1.0, 3.0]), window=2), 3.0)
    'close 50.00 % above'
    """
    latest = {
        output.name: float(figures[-1])
        for output, figures in zip(values.indicator.outputs, values.values, strict=True)
    }
    if not all(math.isfinite(value) for value in latest.values()):
        return "no reading at this bar"
    own = _WORDS.get(values.indicator.name)
    if own is not None:
        return own(latest, close)
    if "upper" in latest:
        return _of_band(latest, close)
    if values.indicator.pane is Pane.PRICE:
        return _of_line(next(iter(latest.values())), close)
    return _of_guides(values, next(iter(latest.values())))


def _of_line(line: float, close: float) -> str:
    away = 100.0 * (close / line - 1.0) if line else math.nan
    return f"close {abs(away):.2f} % {'above' if away >= 0.0 else 'below'}"


def _of_band(latest: dict[str, float], close: float) -> str:
    if close > latest["upper"]:
        return "close above the band"
    if close < latest["lower"]:
        return "close below the band"
    return f"close in the {'upper' if close >= latest['middle'] else 'lower'} half"


def _of_guides(values: IndicatorValues, reading: float) -> str:
    guides = sorted(values.indicator.guides, key=lambda guide: guide.value)
    if not guides:
        return ""
    if len(guides) == 1:
        level = f"{guides[0].value:g}".replace("-", MINUS)
        return f"above {level}" if reading > guides[0].value else f"{level} or below"
    if reading >= guides[-1].value:
        return guides[-1].title
    return guides[0].title if reading <= guides[0].value else "between its guides"


def _of_supertrend(latest: dict[str, float], close: float) -> str:
    side = "up, the line supports" if latest["direction"] > 0.0 else "down, the line resists"
    return f"{side}; {_of_line(latest['line'], close)}"


def _of_adx(latest: dict[str, float], _: float) -> str:
    way = "up" if latest["plus"] >= latest["minus"] else "down"
    if latest["adx"] >= 25.0:
        return f"trend {way}"
    return "no trend" if latest["adx"] <= 20.0 else f"weak trend {way}"


def _of_aroon(latest: dict[str, float], _: float) -> str:
    up, down = latest["up"], latest["down"]
    if up >= 70.0 > down:
        return "strong up"
    return "strong down" if down >= 70.0 > up else "mixed"


def _of_macd(latest: dict[str, float], _: float) -> str:
    side = "above" if latest["histogram"] >= 0.0 else "below"
    return f"{side} its signal, {'above' if latest['macd'] >= 0.0 else 'below'} 0"


_WORDS: dict[str, Callable[[dict[str, float], float], str]] = {
    "supertrend": _of_supertrend,
    "adx": _of_adx,
    "aroon": _of_aroon,
    "macd": _of_macd,
}
