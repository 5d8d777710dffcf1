"""What the panels of the Research page show of a table of features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.views.payloads import (
    Curve,
    CurvePayload,
    LinesPayload,
    RowsPayload,
    SurfacePayload,
    TextPayload,
)
from quantdeck.views.risk import day_text
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.feature import Feature
    from quantdeck.research.table_summary import FeatureFigures, TableSummary
    from quantdeck.views.payloads import PanelState, Row

_RANK = "_rank"
_NS_PER_MS = 1_000_000


def features_payload(
    found: TableSummary, registered: Sequence[Feature], state: PanelState
) -> RowsPayload:
    """Return one row per column of the table, in the order of their groups.

    Parameters
    ----------
    found : TableSummary
        The table.
    registered : sequence of Feature
        What is known of features by their names; a column that is not among them is told as it is.
    state : PanelState
        Of the panel.
    """
    rows = feature_rows(found, registered)
    return RowsPayload(state, [{"id": row["feature"], **row} for row in rows])


def feature_rows(found: TableSummary | None, registered: Sequence[Feature]) -> list[Row]:
    """Return one row per column of the table, or per registered feature where there is no table."""
    if found is None:
        return [_described(name, registered) for name in feature_texts(registered)]
    return [
        {**_described(each.name, registered), **_figures(each, found)}
        for each in _grouped(found, registered)
    ]


def feature_texts(registered: Sequence[Feature]) -> dict[str, tuple[str, str, str]]:
    """Return group, title and whole text of every column that features make, by its name."""
    out: dict[str, tuple[str, str, str]] = {}
    for each in registered:
        out[each.name] = each.group, each.title, each.text
        if each.is_ranked:
            ranked = f"Rank of {each.name} among the symbols of the session"
            out[f"{each.name}{_RANK}"] = each.group, ranked, f"{ranked}.\n\n{each.text}"
    return out


def feature_names(found: TableSummary, registered: Sequence[Feature]) -> tuple[str, ...]:
    """Return the columns of a table in the order of their groups."""
    return tuple(each.name for each in _grouped(found, registered))


def about_payload(name: str, registered: Sequence[Feature], state: PanelState) -> TextPayload:
    """Return what the registered function of a feature says of itself."""
    of = next((each for each in registered if each.name in (name, name.removesuffix(_RANK))), None)
    if of is None:
        said = f"{name} is in the table, but no feature of that name is registered here"
        return TextPayload(empty_state(state, said), "")
    _, title, _ = feature_texts(registered).get(name, ("", of.title, ""))
    paragraphs = [f"**{name}**: {title}.", *(_paragraphs(of.text)[0 if of.name != name else 1 :])]
    made = f"made of {', '.join(of.inputs)}; " if of.inputs else ""
    said = f"{made}{_lookback_words(of)}."
    paragraphs.append(f"{said[:1].upper()}{said[1:]}")
    return TextPayload(state, "\n\n".join(paragraphs))


def distribution_payload(found: TableSummary, name: str, state: PanelState) -> CurvePayload:
    """Return the distribution of a feature, of all sessions and of the newest quarter."""
    shape = found.feature(name).distribution
    if shape is None:
        return CurvePayload(empty_state(state, f"{name} has no two values that differ"), ())
    curves = [
        # A step lasts until the next edge, the last one ends at nought.
        Curve(which, shape.edges, np.append(shares, 0.0))
        for which, shares in (("every", shape.every), ("recent", shape.recent))
        if np.isfinite(shares).all()
    ]
    return CurvePayload(state, tuple(curves))


def missing_payload(found: TableSummary, name: str, state: PanelState) -> LinesPayload:
    """Return the share of missing values by session, of a feature and of all."""
    x = np.asarray(found.sessions // _NS_PER_MS, np.int64)
    lines: dict[str, FloatArray] = {
        "feature": found.feature(name).missing_by_session,
        "mean": found.missing_by_session,
    }
    return LinesPayload(state, x, lines)


def correlation_payload(
    found: TableSummary, registered: Sequence[Feature], state: PanelState
) -> SurfacePayload:
    """Return the heat map of rank correlations, features of a group next to each other."""
    wanted = [name for name in feature_names(found, registered) if name in found.correlated]
    order = [found.correlated.index(name) for name in wanted]
    axis = np.arange(float(len(order)))
    return SurfacePayload(
        state,
        axis,
        axis,
        {"rho": found.correlation[np.ix_(order, order)]},
        names=wanted,
        columns=wanted,
    )


def span_text(found: TableSummary) -> str:
    """Return what a table is of, in a sentence."""
    first, last = (day_text(each) for each in found.sessions[[0, -1]].tolist())
    return (
        f"{found.rows:,} rows of {len(found.symbols):,} symbols, {len(found.features)} features, "
        f"{first} to {last}"
    )


def _grouped(found: TableSummary, registered: Sequence[Feature]) -> list[FeatureFigures]:
    texts = feature_texts(registered)
    groups = list(dict.fromkeys(each.group for each in registered))

    def place(figures: FeatureFigures) -> int:
        group = texts.get(figures.name, ("",))[0]
        return groups.index(group) if group in groups else len(groups)

    return sorted(found.features, key=place)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(each.split()) for each in text.split("\n\n")]


def _lookback_words(of: Feature) -> str:
    if of.lookback == 0:
        return "a value depends on all sessions before"
    return "of the session alone" if of.lookback == 1 else f"looks back {of.lookback} sessions"


def _described(name: str, registered: Sequence[Feature]) -> Row:
    known = {each.name: each for each in registered}
    of = known.get(name) or known.get(name.removesuffix(_RANK))
    group, title, text = feature_texts(registered).get(name, ("", "", ""))
    return {
        "feature": name,
        "group": group or "not registered",
        "title": title,
        "unit": "" if of is None or of.unit == "1" or of.name != name else of.unit,
        "lookback": None if of is None else of.lookback,
        "use": "no" if of is not None and of.name == name and not of.is_comparable else "yes",
        "formula": " ".join(text.split()),
    }


def _figures(figures: FeatureFigures, found: TableSummary) -> Row:
    return {
        "missing": _figure(figures.missing),
        "missing_newest": _figure(figures.missing_newest),
        "low": _figure(figures.newest.low),
        "median": _figure(figures.newest.median),
        "high": _figure(figures.newest.high),
        "use": "no" if figures.name in found.not_comparable else "yes",
    }


def _figure(value: float) -> float | None:
    return value if np.isfinite(value) else None


def importance_titles(registered: Sequence[Feature]) -> Mapping[str, str]:
    """Return what every column is, by its name."""
    return {name: title for name, (_, title, _) in feature_texts(registered).items()}
