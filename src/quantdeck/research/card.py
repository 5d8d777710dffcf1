"""A model's card: what it was made of, how it was judged, and with what it can be made again."""

from __future__ import annotations

import msgspec


class Estimate(msgspec.Struct, frozen=True):
    """A figure and how far it can be trusted.

    Parameters
    ----------
    value : float or None
        The figure; None where there is too little to say.
    low, high : float or None
        Interval of 95 %, from blocks of sessions drawn anew.
    n : int
        Rows, or sessions, that it is made of.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0


class Bin(msgspec.Struct, frozen=True):
    """One bin of a calibration curve.

    Parameters
    ----------
    foretold, happened : float
        Mean probability, and share of rows that came true.
    n : int
        Rows.
    """

    foretold: float
    happened: float
    n: int


class Fold(msgspec.Struct, frozen=True):
    """One test span of the walk forward.

    Parameters
    ----------
    train_start, train_end, test_start, test_end : str
        Dates of sessions, both included.
    rows : int
        Rows of the test.
    auc, rank_ic, brier : float or None
        Out of sample.
    auc_low, auc_high : float or None
        Interval of 95 % of the area, from blocks of sessions drawn anew.
    """

    train_start: str
    train_end: str
    test_start: str
    test_end: str
    rows: int
    auc: float | None
    rank_ic: float | None
    brier: float | None
    auc_low: float | None = None
    auc_high: float | None = None


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """How a way of training did out of sample, by purged walk-forward (or combinatorial) splits.

    Parameters
    ----------
    scheme : str
        In words: splits, purge and embargo.
    auc, auc_within, rank_ic : Estimate
        Over all pairs of rows that one model scored; within sessions, averaged; rank correlation with
        the return, averaged.
    brier, brier_base : float or None
        Mean squared error of the calibrated probability, and of the base rate known before.
    base_rate : float or None
        Share of rows that came true.
    calibration : tuple of Bin
        Of the calibrated probabilities.
    folds : tuple of Fold
        In order of time.
    """

    scheme: str
    auc: Estimate
    auc_within: Estimate
    rank_ic: Estimate
    brier: float | None = None
    brier_base: float | None = None
    base_rate: float | None = None
    calibration: tuple[Bin, ...] = ()
    folds: tuple[Fold, ...] = ()


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is said of a model.

    Parameters
    ----------
    id : str
        Such as ``20261121-214500-up-1d``; also the name of its folder.
    created_ns : int
        When it was trained, UTC. [ns]
    target : str
        The question, see `quantdeck.research.labels.Target`.
    horizon : int
        Sessions ahead.
    features : tuple of str
        Columns, in the order of the model.
    features_hash : str
        Digest of their names.
    data_hash : str
        Digest of the table it was trained on.
    symbols : tuple of str
        Canonical symbols.
    first_session, last_session : str
        Dates of the rows it was trained on.
    rows : int
        How many.
    params : dict of str to JSON value
        Of LightGBM.
    seed : int
        Of everything drawn.
    calibrator : tuple of float or None
        Slope and intercept of the logistic that turns scores into probabilities; None where there was
        too little to fit one, and the score is told as it is.
    judgement : Judgement or None
        None where it was not judged.
    importance : dict of str to float
        Mean absolute contribution of each feature to the score, of rows not trained on. [log odds]
    medians : dict of str to float
        Of each feature in training, to tell drift from.
    deciles : dict of str to tuple of float
        Nine inner deciles of each feature in training; empty where it was never known.
    missing : dict of str to float
        Share of training rows in which each feature was not known.
    tuning : str
        How the parameters were searched for, in words; empty where they were not.
    text_hash : str
        Digest of the model's text, so that a damaged one is noticed; empty where not known.
    versions : dict of str to str
        Of quantdeck, lightgbm, numpy and Python.
    source : str
        Where the prices came from.
    is_simulated : bool
        Whether they were simulated.
    warnings : tuple of str
        What a reader must know, such as an AUC that is too good.
    """

    id: str
    created_ns: int
    target: str
    horizon: int
    features: tuple[str, ...]
    features_hash: str
    data_hash: str
    symbols: tuple[str, ...]
    first_session: str
    last_session: str
    rows: int
    params: dict[str, float | int | str | bool]
    seed: int
    calibrator: tuple[float, float] | None = None
    judgement: Judgement | None = None
    importance: dict[str, float] = {}
    medians: dict[str, float] = {}
    deciles: dict[str, tuple[float, ...]] = {}
    missing: dict[str, float] = {}
    tuning: str = ""
    text_hash: str = ""
    versions: dict[str, str] = {}
    source: str = ""
    is_simulated: bool = False
    warnings: tuple[str, ...] = ()
