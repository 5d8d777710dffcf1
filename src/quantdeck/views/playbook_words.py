"""A playbook in words: of one symbol, and of what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.instruments import root_of
from quantdeck.views.figures import MINUS

if TYPE_CHECKING:
    from quantdeck.research.playbook.entry import Entry, Idea, Playbook

MEANINGS = {
    "prob_up": "probability that the model gives",
    "momentum": "total return of 21 sessions",
    "news_sent": "sentiment of the news, halving every 3 sessions",
    "iv_edge": "implied less realized volatility",
    "uoa": "option volume against open interest and its own past",
    "garch_spike": "volatility forecast against its own average, log",
}
"""What each factor is."""

VIEWS = {"up": "up", "down": "down", "neutral": "none"}
OPTIONS = {"rich": "dear", "fair": "fair", "cheap": "cheap", "unknown": "not known"}


def strikes_text(idea: Idea) -> str:
    """Return the legs of a trade in short.

    Parameters
    ----------
    idea : Idea
        The trade.

    Returns
    -------
    str
        Empty where there is none.

    Examples
    --------
    >>> from quantdeck.research.playbook.entry import Idea, LegLine
    >>> strikes_text(Idea(legs=(LegLine("put", 95.0, -1, 1.2), LegLine("put", 90.0, 1, 0.5))))
    '−95P +90P'
    """
    signs = {1: "+", -1: MINUS}
    return " ".join(
        f"{signs[1 if leg.quantity > 0 else -1]}{leg.strike:g}{leg.kind[:1].upper()}"
        if leg.strike is not None
        else f"{signs[1 if leg.quantity > 0 else -1]}share"
        for leg in idea.legs
    )


def why_text(entry: Entry) -> str:
    """Return in words what is said of a symbol, as markdown.

    Parameters
    ----------
    entry : Entry
        Of the symbol.

    Returns
    -------
    str
        Score, view, trade and size, each with what decided it.
    """
    known = [part for part in entry.contributions if part.contribution is not None]
    foremost = sorted(known, key=lambda part: -abs(part.contribution or 0.0))[:2]
    made = ", ".join(f"{part.factor} {_signed(part.contribution or 0.0)}" for part in foremost)
    lines = [
        f"**{root_of(entry.symbol)}** is number {entry.rank} with a score of {_signed(entry.score)}: "
        f"{made} count most.",
    ]
    if entry.absent:
        lines.append(
            f"Not known: {', '.join(entry.absent)}; {entry.coverage:.0%} of the weights are, and "
            "theirs stand for all."
        )
    lines.append(f"**View: {VIEWS[entry.view]}.** {_sentence(entry.view_why)}")
    if entry.idea is None:
        lines.append("Only the foremost symbols of a playbook get a trade (`playbook.top_n`).")
        return "\n\n".join(lines)
    lines += _trade(entry.idea)
    return "\n\n".join(lines)


def notes_text(playbook: Playbook) -> str:
    """Return what a reader must know of a playbook, as markdown.

    Parameters
    ----------
    playbook : Playbook
        What is told.

    Returns
    -------
    str
        Session, model, weights, notes, and symbols without a score.
    """
    made = np.datetime64(playbook.made_ns, "ns").astype("datetime64[m]")
    lines = [
        f"**Session {playbook.session}**, prices from {playbook.source or 'an unnamed source'}; made "
        f"{str(made).replace('T', ' ')} UTC of {len(playbook.entries)} symbols.",
        _model_text(playbook),
        "Weights: "
        + ", ".join(f"{name} {_signed(weight)}" for name, weight in playbook.weights.items())
        + ".",
    ]
    lines += playbook.notes
    if playbook.left_out:
        told = "; ".join(f"{root_of(name)}: {why}" for name, why in playbook.left_out.items())
        lines.append(f"Without a score: {told}.")
    return "\n\n".join(lines)


def _model_text(playbook: Playbook) -> str:
    model = playbook.model
    if model is None:
        return f"**No model.** {_sentence(playbook.model_absent)}"
    days = "session" if model.horizon == 1 else "sessions"
    asked = "beats the median" if model.target == "beats_median" else "rises"
    said = f"**Model** `{model.id}` foretells whether a symbol {asked} in {model.horizon} {days}"
    if model.auc is None:
        said += "; it was not judged out of sample."
    elif model.auc_low is not None and model.auc_high is not None:
        is_coin = model.auc_low <= 0.5 <= model.auc_high
        said += (
            f"; out of sample its AUC was {model.auc:.3f} [{model.auc_low:.3f}, {model.auc_high:.3f}]"
            + (", not to be told from a coin." if is_coin else ".")
        )
    else:
        said += f"; out of sample its AUC was {model.auc:.3f}."
    return " ".join((said, *map(_sentence, model.warnings)))


def _trade(idea: Idea) -> list[str]:
    if not idea.structure:
        return [f"**No trade.** {idea.refusal or idea.why}"]
    lines = [f"**{idea.title}{_expiry(idea)}.** {idea.why}"]
    if idea.pop is not None and idea.expected_value is not None:
        lines.append(
            f"One unit {'costs' if (idea.cost or 0.0) >= 0.0 else 'brings'} {abs(idea.cost or 0.0):,.0f}. "
            f"It ends with a profit with a probability of {idea.pop:.0%} ({idea.measure}, risk-neutral), and has a mean "
            f"of {_signed(idea.expected_value, 0)} after the spread."
        )
    if idea.stop is not None:
        lines.append(f"Stop at {idea.stop:,.2f}.")
    if idea.refusal:
        lines.append(f"**No size:** {idea.refusal}.")
    elif idea.limit is not None and idea.max_loss is not None:
        lines.append(
            f"**Size {idea.size:,}:** the most that one can lose is {idea.max_loss:,.2f}, and "
            f"`{idea.limit_name}` allows {idea.limit:,.0f}."
        )
    return lines


def _expiry(idea: Idea) -> str:
    if not idea.expiry:
        return ""
    return f" of {idea.root} {idea.expiry}" + (
        "" if idea.days is None else f", {idea.days:.0f} days"
    )


def _signed(value: float, decimals: int = 2) -> str:
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS if value < 0 else '+'}{text}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
