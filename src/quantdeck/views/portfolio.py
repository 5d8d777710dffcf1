"""What the panels of the Portfolio page show of a study."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.instruments import root_of
from quantdeck.views.figures import number_text
from quantdeck.views.payloads import LinesPayload, RowsPayload, SurfacePayload
from quantdeck.views.risk import day_text, times_ms
from quantdeck.views.risk_tables import figure_rows
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from quantdeck.analytics.portfolio.study import PortfolioStudy
    from quantdeck.analytics.types import FloatArray
    from quantdeck.views.payloads import PanelState, Row

WHOLE = "Portfolio"
_Z95 = 1.959963984540054
_ASSET_FIGURES = ("cagr", "annual_volatility", "sharpe_ratio", "max_drawdown", "value_at_risk")


def names_of(study: PortfolioStudy) -> list[str]:
    """Return the names of the assets: without a venue where that is enough to tell them apart."""
    roots = [root_of(symbol) for symbol in study.symbols]
    return roots if len(set(roots)) == len(roots) else list(study.symbols)


def summary_payload(study: PortfolioStudy, state: PanelState) -> RowsPayload:
    """Return the headline figures with what they amount to."""
    error = study.figure("sharpe_error").value
    shares, kelly = study.contributions, study.kelly
    left = sum(study.left_out)
    cash = 1.0 - float(study.weights.sum())
    rows = [
        _card("cagr", "Growth a year", study.figure("cagr").value, _since(study)),
        _card(
            "annual_volatility",
            "Volatility",
            study.figure("annual_volatility").value,
            f"{100 * cash:.0f} % cash" if abs(cash) > 1e-9 else "",
        ),
        _card(
            "sharpe_ratio",
            "Sharpe ratio",
            study.figure("sharpe_ratio").value,
            f"± {number_text(error, 2)}" if error else "",
        ),
        _card("max_drawdown", "Deepest drawdown", study.figure("max_drawdown").value, ""),
        _card(
            "diversification",
            "Diversification ratio",
            None if shares is None else shares.diversification_ratio,
            study.contributions_reason,
        ),
        _card("correlation", "Mean correlation", study.correlation.mean, "of all pairs"),
        _card(
            "kelly",
            "Half Kelly, capped",
            None if kelly is None else kelly.capped,
            study.kelly_reason if kelly is None else f"full {kelly.full:.2f} ± {kelly.error:.2f}",
        ),
        _card(
            "closes",
            "Closes in common",
            len(study.ts_ns),
            f"{left:,} bars left out" if left else "none left out",
        ),
    ]
    return RowsPayload(state, rows)


def _since(study: PortfolioStudy) -> str:
    return f"since {day_text(int(study.ts_ns[0]))}"


def _card(name: str, title: str, value: float | None, note: str) -> Row:
    return {"id": name, "title": title, "value": value, "note": note}


def wealth_payload(study: PortfolioStudy, state: PanelState) -> LinesPayload:
    """Return what 1 became in the portfolio and in each asset."""
    lines = {WHOLE: study.wealth}
    lines |= dict(zip(names_of(study), study.asset_wealth.T, strict=True))
    return LinesPayload(state, times_ms(study.ts_ns), lines)


def drift_payload(study: PortfolioStudy, state: PanelState) -> LinesPayload:
    """Return the weights held at the beginning of each period."""
    lines = dict(zip(names_of(study), study.path.weights.T, strict=True))
    return LinesPayload(state, times_ms(study.ts_ns[:-1]), lines)


def attribution_payload(study: PortfolioStudy, state: PanelState) -> RowsPayload:
    """Return what each asset brought, the most first, then the whole."""
    found = study.attribution
    alone = study.asset_wealth[-1] - 1.0
    order = np.argsort(-found.contributions).tolist()
    names, shares = names_of(study), found.shares.tolist()
    rows: list[Row] = [
        {
            "id": study.symbols[i],
            "asset": names[i],
            "contribution": float(found.contributions[i]),
            "share": _known(shares[i]),
            "alone": float(alone[i]),
            "weight": float(found.average_weights[i]),
        }
        for i in order
    ]
    whole = 1.0 if found.total else None
    held = float(found.average_weights.sum())
    rows.append(
        {"id": WHOLE, "asset": WHOLE, "contribution": found.total, "share": whole}
        | {"alone": found.total, "weight": held}
    )
    return RowsPayload(state, rows)


def risk_payload(study: PortfolioStudy, state: PanelState) -> RowsPayload:
    """Return what each asset adds to the volatility, and the weights at which all add as much."""
    found, equal = study.contributions, study.equal_risk
    if found is None:
        return RowsPayload(empty_state(state, study.contributions_reason), [])
    now = _drifted(study)
    names = names_of(study)
    rows: list[Row] = [
        {
            "id": study.symbols[i],
            "asset": names[i],
            "weight": float(study.weights[i]),
            "now": float(now[i]),
            "contribution": float(found.contributions[i]),
            "share": float(found.shares[i]),
            "equal": None if equal is None else float(equal[i]),
        }
        for i in np.argsort(-found.contributions).tolist()
    ]
    rows.append(
        {"id": WHOLE, "asset": WHOLE, "weight": float(study.weights.sum())}
        | {"now": float(now.sum()), "contribution": found.volatility, "share": 1.0}
        | {"equal": None if equal is None else 1.0}
    )
    return RowsPayload(state, rows)


def _drifted(study: PortfolioStudy) -> FloatArray:
    last = study.path.weights[-1] * (1.0 + study.returns[-1])
    return last / (1.0 + float(study.path.returns[-1]))


def correlation_payload(study: PortfolioStudy, state: PanelState) -> SurfacePayload:
    """Return the correlation of every pair of assets."""
    names = names_of(study)
    places = np.arange(float(len(names)))
    values = study.correlation.values
    return SurfacePayload(
        state, places, places, {"correlation": values}, names=names, columns=names
    )


def exposure_payload(study: PortfolioStudy, state: PanelState) -> RowsPayload:
    """Return the exposure to each factor with its interval, then alpha and the fit."""
    found = study.exposure
    if found is None:
        return RowsPayload(empty_state(state, _sentence(study.exposure_reason)), [])
    rows: list[Row] = []
    for place, symbol in enumerate(found.names):
        beta, error = float(found.betas[place]), float(found.errors[place])
        rows.append(
            {"id": symbol, "factor": root_of(symbol), "note": "market" if place == 0 else ""}
            | _interval(beta, error, float(found.pvalues[place]))
        )
    rows.append(
        {"id": "alpha", "factor": "Alpha a year", "note": "decimal; what the factors leave"}
        | _interval(found.alpha, found.alpha_error, found.alpha_pvalue)
    )
    fit = (
        f"of {found.n:,} periods; errors of Newey and West, {found.lags} lags; "
        f"{100 * found.residual_volatility:.1f} % a year are left"
    )
    rows.append(
        {"id": "r_squared", "factor": "R²", "beta": found.r_squared, "note": fit}
        | dict.fromkeys(("low", "high", "pvalue"))
    )
    return RowsPayload(state, rows)


def _interval(value: float, error: float, pvalue: float) -> Row:
    half = _Z95 * error
    return {"beta": value, "low": value - half, "high": value + half, "pvalue": _known(pvalue)}


def kelly_payload(study: PortfolioStudy, state: PanelState) -> RowsPayload:
    """Return Kelly's fraction of the portfolio and of each asset, alone and together."""
    joint = study.kelly_weights
    rows: list[Row] = []
    entries = [(WHOLE, WHOLE, study.kelly, None if joint is None else float(joint.sum()))]
    for i, (symbol, name) in enumerate(zip(study.symbols, names_of(study), strict=True)):
        entries.append(
            (symbol, name, study.asset_kelly[i], None if joint is None else float(joint[i]))
        )
    for symbol, name, found, together in entries:
        row: Row = {"id": symbol, "asset": name, "joint": together}
        for field in ("full", "error", "half", "capped"):
            row[field] = None if found is None else _known(getattr(found, field))
        rows.append(row)
    return RowsPayload(state, rows)


def assets_payload(study: PortfolioStudy, state: PanelState) -> RowsPayload:
    """Return the figures of the assets side by side, and the bars of each left out."""
    rows: list[Row] = []
    series = (*study.assets, *study.factors)
    for place, (each, name) in enumerate(
        zip(series, [*names_of(study), *(root_of(f.symbol) for f in study.factors)], strict=True)
    ):
        is_factor = place >= len(study.assets)
        row: Row = {
            "id": f"{'factor ' if is_factor else ''}{each.symbol}",
            "asset": f"{name} (factor)" if is_factor else name,
            "left_out": study.left_out[place],
            "outside": study.outside[place],
        } | dict.fromkeys(_ASSET_FIGURES)
        if not is_factor:
            found = {figure.name: figure.value for figure in study.asset_figures[place]}
            row |= {figure: found[figure] for figure in _ASSET_FIGURES}
        rows.append(row)
    return RowsPayload(state, rows)


def figures_payload(study: PortfolioStudy, state: PanelState) -> RowsPayload:
    """Return every figure of the portfolio with how it is computed, or why it is absent."""
    return RowsPayload(state, figure_rows(study.figures))


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
