"""A playbook, as it is kept and shown."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class View(StrEnum):
    """Which way a trade leans."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


class Richness(StrEnum):
    """Whether options cost more than the volatility that was realized."""

    RICH = "rich"
    FAIR = "fair"
    CHEAP = "cheap"
    UNKNOWN = "unknown"


class Contribution(msgspec.Struct, frozen=True):
    """What one factor says of one symbol.

    Parameters
    ----------
    factor : str
        Its name, such as ``momentum``.
    value : float or None
        As in the table of features; None where it is not known.
    z : float or None
        Standardized among the symbols of the session, cut off at 3.
    weight : float
        After the weight of absent factors was shared out; 0 where it is absent itself.
    contribution : float or None
        weight * z.
    """

    factor: str
    value: float | None
    z: float | None
    weight: float
    contribution: float | None


class LegLine(msgspec.Struct, frozen=True):
    """One leg of a trade.

    Parameters
    ----------
    kind : str
        ``call``, ``put`` or ``share``.
    strike : float or None
        None of shares.
    quantity : int
        Of one unit; below 0 is sold.
    price : float
        Paid or taken for one: the ask of what is bought, the bid of what is sold. [currency]
    bid, ask : float or None
        Quotes. [currency]
    age_s : float or None
        Of the quote when the chain was taken; None where its time is not known. [s]
    delta : float or None
        Of one, from the smile.
    """

    kind: str
    strike: float | None
    quantity: int
    price: float
    bid: float | None = None
    ask: float | None = None
    age_s: float | None = None
    delta: float | None = None


class Idea(msgspec.Struct, frozen=True, kw_only=True):
    """The trade that goes with a view, or why there is none.

    Parameters
    ----------
    structure, title : str
        Key and name, such as ``bull_put_spread``; empty where there is no trade.
    why : str
        In words: which rule chose it.
    refusal : str
        Why there is no such trade, or no size; empty where all is well.
    root, expiry : str
        Of the options; empty of shares.
    days : float or None
        To the settlement price. [days]
    legs : tuple of LegLine
        Of one unit.
    cost : float or None
        Paid for one unit; below 0 is taken in. [currency]
    max_loss, max_profit : float or None
        Of one unit; None where there is no bound. [currency]
    breakevens : tuple of float
        Prices of the underlying. [currency]
    pop, expected_value : float or None
        Probability of profit, and mean of profit and loss of one unit at expiry, both risk-neutral and
        after the spread. [1], [currency]
    measure : str
        Which distribution these are of.
    size : int
        Units within the limits.
    risk : float or None
        size * max_loss. [currency]
    limit : float or None
        The most that the trade may lose. [currency]
    limit_name : str
        Which limit that is.
    stop : float or None
        Price at which shares are given up. [currency]
    chain_ns : int or None
        When the chain was taken, UTC. [ns]
    chain_source : str
        Where it comes from.
    """

    structure: str = ""
    title: str = ""
    why: str = ""
    refusal: str = ""
    root: str = ""
    expiry: str = ""
    days: float | None = None
    legs: tuple[LegLine, ...] = ()
    cost: float | None = None
    max_loss: float | None = None
    max_profit: float | None = None
    breakevens: tuple[float, ...] = ()
    pop: float | None = None
    expected_value: float | None = None
    measure: str = ""
    size: int = 0
    risk: float | None = None
    limit: float | None = None
    limit_name: str = ""
    stop: float | None = None
    chain_ns: int | None = None
    chain_source: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One symbol of a playbook.

    Parameters
    ----------
    rank : int
        From 1, by score.
    symbol : str
        Canonical symbol.
    score : float
        Sum of the contributions.
    coverage : float
        Share of the weights whose factors are known. [1]
    absent : tuple of str
        Factors that are not.
    contributions : tuple of Contribution
        In order of the weights.
    probability : float or None
        Of the model, calibrated where it could be; None without one.
    view, richness : str
        As `View` and `Richness`.
    view_why : str
        What the view is made of.
    idea : Idea or None
        Of the foremost symbols only.
    """

    rank: int
    symbol: str
    score: float
    coverage: float
    absent: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    probability: float | None
    view: str
    richness: str
    view_why: str
    idea: Idea | None = None


class ModelUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The model behind the probabilities.

    Parameters
    ----------
    id : str
        Of its card.
    target : str
        Its question.
    horizon : int
        Sessions ahead.
    auc, auc_low, auc_high : float or None
        Out of sample, with its interval of 95 %; None where it was not judged.
    is_calibrated : bool
        Whether its scores were made probabilities.
    last_session : str
        It was trained up to then.
    warnings : tuple of str
        Of its card.
    """

    id: str
    target: str
    horizon: int
    auc: float | None = None
    auc_low: float | None = None
    auc_high: float | None = None
    is_calibrated: bool = False
    last_session: str = ""
    warnings: tuple[str, ...] = ()


class Playbook(msgspec.Struct, frozen=True, kw_only=True):
    """Every symbol of one session, foremost first.

    Parameters
    ----------
    session : str
        Date of the session that it is made of.
    known_ns : int
        When that session ended, UTC. [ns]
    made_ns : int
        When it was made, UTC. [ns]
    inputs : str
        Digest of all that it is made of: the same digest is the same playbook.
    weights : dict of str to float
        As they were set.
    top_n : int
        So many symbols have a trade.
    entries : tuple of Entry
        By rank.
    left_out : dict of str to str
        Symbols without a score, and why.
    model : ModelUsed or None
        None where there was none.
    model_absent : str
        Why not.
    source : str
        Where the prices come from.
    is_simulated : bool
        Whether any of it is.
    notes : tuple of str
        What a reader must know.
    """

    session: str
    known_ns: int
    made_ns: int
    inputs: str
    weights: dict[str, float]
    top_n: int
    entries: tuple[Entry, ...]
    left_out: dict[str, str] = {}
    model: ModelUsed | None = None
    model_absent: str = ""
    source: str = ""
    is_simulated: bool = False
    notes: tuple[str, ...] = ()

    def entry(self, symbol: str) -> Entry | None:
        """Return what is said of a symbol, or None where nothing is.

        Parameters
        ----------
        symbol : str
            Canonical symbol.

        Returns
        -------
        Entry or None
            Of that symbol.
        """
        return next((each for each in self.entries if each.symbol == symbol), None)
