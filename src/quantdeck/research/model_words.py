"""What is said of a model in words, so that no figure of it has to be praised or doubted by eye."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.research.card import Card, Estimate

SUSPICIOUS_AUC = 0.55
"""Of daily directions: honest models of large stocks score .50 to .52, and leaks score above this."""

_HARDLY = 0.53
_MOSTLY_MISSING = 0.5
_NAMED = 6


def estimate_words(estimate: Estimate, *, decimals: int = 3) -> str:
    """Return a figure with its interval, such as ``.512 [.505, .519]``.

    Parameters
    ----------
    estimate : Estimate
        Of 95 %.
    decimals : int
        Places.

    Returns
    -------
    str
        ``not known`` where there was too little.

    Examples
    --------
    >>> from quantdeck.research.card import Estimate
    >>> estimate_words(Estimate(0.5121, 0.505, 0.519))
    '.512 [.505, .519]'
    """
    if estimate.value is None:
        return "not known"
    value = _bare(estimate.value, decimals)
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} [{_bare(estimate.low, decimals)}, {_bare(estimate.high, decimals)}]"


def auc_words(auc: Estimate) -> str:
    """Return an area under the curve, its interval, and what to think of it.

    Parameters
    ----------
    auc : Estimate
        Out of sample, of daily directions.

    Returns
    -------
    str

    Examples
    --------
    >>> from quantdeck.research.card import Estimate
    >>> auc_words(Estimate(0.512, 0.505, 0.519))
    'AUC .512 [.505, .519]: hardly better than a coin'
    >>> auc_words(Estimate(0.497, 0.489, 0.505))
    'AUC .497 [.489, .505]: no better than a coin'
    """
    return f"AUC {estimate_words(auc)}: {_verdict(auc)}"


def is_suspicious(auc: Estimate) -> bool:
    """Return whether an area is too good to be believed of daily directions.

    Parameters
    ----------
    auc : Estimate
        Out of sample.

    Returns
    -------
    bool

    Examples
    --------
    >>> from quantdeck.research.card import Estimate
    >>> is_suspicious(Estimate(0.61, 0.59, 0.63))
    True
    """
    return auc.value is not None and auc.value > SUSPICIOUS_AUC


def _verdict(auc: Estimate) -> str:
    if auc.value is None:
        return "too little to judge by"
    if is_suspicious(auc):
        return "too good to be believed of daily directions; look for a leak with quantdeck audit"
    if auc.low is None or auc.high is None:
        return "too few sessions to tell it from a coin"
    if auc.high < 0.5:
        return "worse than a coin"
    if auc.low <= 0.5:
        return "no better than a coin"
    return "hardly better than a coin" if auc.value < _HARDLY else "a little better than a coin"


def warnings_of(card: Card, *, trees: int) -> tuple[str, ...]:
    """Return what a reader of a card must know.

    Parameters
    ----------
    card : Card
        Complete but for its warnings.
    trees : int
        That its model has.

    Returns
    -------
    tuple of str
        In order of weight.
    """
    return (*_of_judgement(card), *_of_making(card, trees))


def _of_judgement(card: Card) -> list[str]:
    found: list[str] = []
    judged = card.judgement
    if judged is None:
        return ["not judged: too few sessions to test it on any that it has not seen"]
    if judged.auc.value is None:
        found.append("not judged: too few rows that it has not seen have an answer")
    if is_suspicious(judged.auc):
        found.append(
            f"an AUC of {_bare(judged.auc.value or 0.0, 3)} is too good to be believed of daily "
            "directions; look for a leak with quantdeck audit"
        )
    brier, base = judged.brier, judged.brier_base
    if brier is not None and base is not None and brier > base:
        found.append(
            f"its probabilities are worse than the base rate: Brier {brier:.5f}, of the base rate "
            f"{base:.5f}"
        )
    if card.calibrator is None:
        found.append(
            "not calibrated: too few predictions out of sample; scores are told as they are"
        )
    elif card.calibrator[0] == 0.0:
        found.append(
            "higher scores did not come true more often, so every probability is the base rate"
        )
    return found


def _of_making(card: Card, trees: int) -> list[str]:
    found: list[str] = []
    if trees < int(card.params["num_iterations"]):
        found.append(
            f"{trees} of {card.params['num_iterations']} trees were grown: no further split of the "
            "rows was worth one"
        )
    unknown = [name for name in card.features if card.missing.get(name) == 1.0]
    if unknown:
        found.append(f"known in no row of the training: {_named(unknown)}")
    rare = [n for n in card.features if _MOSTLY_MISSING < card.missing.get(n, 0.0) < 1.0]
    if rare:
        found.append(f"known in less than half of the rows: {_named(rare)}")
    if card.is_simulated:
        found.append("prices are simulated: nothing that it says is of a market")
    return found


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _bare(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.replace("0.", ".", 1) if abs(value) < 1.0 else text
