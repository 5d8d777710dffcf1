"""Boosted trees by LightGBM, the same to the last byte for the same rows, parameters and seed.

LightGBM is the extra ``quantdeck[ml]`` and is imported on first use.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.model.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray

    Params = dict[str, float | int | str | bool]

DEFAULTS: Params = {
    "num_iterations": 60,
    "learning_rate": 0.03,
    "num_leaves": 15,
    "max_depth": -1,
    "min_data_in_leaf": 200,
    "min_sum_hessian_in_leaf": 1e-3,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l1": 0.0,
    "lambda_l2": 1.0,
    "min_gain_to_split": 0.0,
    "path_smooth": 0.0,
    "max_bin": 255,
    "extra_trees": False,
    "num_threads": 1,
}
"""Parameters that may be chosen, by LightGBM's own names.

Few small steps: of daily directions more trees are surer of themselves and no more often right.
"""

_FIXED: Params = {
    "objective": "binary",
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    # Edges of bins from so many rows are as good as from all, and found in half the time.
    "bin_construct_sample_cnt": 20_000,
}
_SHARE_OF_ROWS = 20


def checked(params: Mapping[str, Any] | None, *, rows: int | None = None) -> Params:
    """Return every parameter, those that were not named as in `DEFAULTS`.

    Parameters
    ----------
    params : mapping of str to number or bool, or None
        Those that are named.
    rows : int or None
        To be trained on: where nothing is said of leaves, one holds at least `DEFAULTS` of them or a
        twentieth of all, whichever is fewer. None leaves that to `grow`, which counts its own rows.

    Returns
    -------
    dict
        In the order of `DEFAULTS`.

    Raises
    ------
    BadInput
        If there is no parameter of a name, or its value is of another kind. LightGBM itself would pass
        over a misspelt one.

    Examples
    --------
    >>> checked({"num_leaves": 31}, rows=100_000)["num_leaves"]
    31
    """
    chosen = dict(params or {})
    out = dict(DEFAULTS)
    if rows is None:
        del out["min_data_in_leaf"]
    else:
        out["min_data_in_leaf"] = _smallest_leaf(rows)
    for name, value in chosen.items():
        if name not in DEFAULTS:
            near = difflib.get_close_matches(name, DEFAULTS, n=1)
            hint = f"; {near[0]} is near" if near else ""
            raise BadInput(
                f"there is no parameter {name!r}{hint}; there are {', '.join(DEFAULTS)}",
                field="params",
            )
        out[name] = _of_kind(name, value)
    return out


def _smallest_leaf(rows: int) -> int:
    return max(1, min(int(DEFAULTS["min_data_in_leaf"]), rows // _SHARE_OF_ROWS))


def _of_kind(name: str, value: object) -> float | int | bool:
    kind = type(DEFAULTS[name])
    if isinstance(value, bool) or kind is bool:
        if isinstance(value, bool) and kind is bool:
            return value
    elif isinstance(value, int | float) and kind is float:
        return float(value)
    elif isinstance(value, int | float) and float(value).is_integer():
        return int(value)
    raise BadInput(
        f"parameter {name} is of kind {kind.__name__}, was {value!r}",
        field="params",
    )


def grow(
    rows: NDArray[np.float32],
    answers: FloatArray,
    names: Sequence[str],
    *,
    params: Params,
    seed: int,
    on_tree: Callable[[], None] | None = None,
) -> str:
    """Return the text of trees grown on rows.

    Parameters
    ----------
    rows : array of float32 of shape (n, K)
        NaN where not known, which the trees treat as a value of its own.
    answers : array of shape (n,)
        1 or 0.
    names : sequence of str
        Of the K columns.
    params : dict
        As `checked` returns.
    seed : int
        Of everything drawn.
    on_tree : callable or None
        Called after every tree; what it raises ends the training.

    Returns
    -------
    str
        LightGBM's own form, readable by any LightGBM of the same major version.

    Raises
    ------
    BadInput
        If LightGBM refuses the rows or the parameters.
    ConfigError
        If LightGBM is not installed.
    """
    lightgbm = _lightgbm()
    settings = {**_FIXED, "min_data_in_leaf": _smallest_leaf(len(rows)), **params, "seed": seed}
    count = int(settings.pop("num_iterations"))

    def tell(_: object) -> None:
        if on_tree is not None:
            on_tree()

    try:
        data = lightgbm.Dataset(rows, answers, feature_name=list(names), params=settings)
        booster = lightgbm.train(settings, data, num_boost_round=count, callbacks=[tell])
    except lightgbm.basic.LightGBMError as error:
        raise BadInput(f"LightGBM refused to train: {error}") from error
    return booster.model_to_string()


class Trees:
    """Grown trees.

    Parameters
    ----------
    text : str
        Of `grow`.
    threads : int
        That answers are worked out in.

    Raises
    ------
    BadInput
        If the text is no model.
    ConfigError
        If LightGBM is not installed.

    Attributes
    ----------
    names : tuple of str
        Of the columns they take.
    count : int
        How many there are.
    """

    def __init__(self, text: str, *, threads: int = 1) -> None:
        lightgbm = _lightgbm()
        if not text.startswith("tree\n") or "end of trees" not in text:
            # Of a torn text LightGBM may end the process rather than raise.
            raise BadInput("the text of the model is damaged: it does not begin or end as one")
        try:
            self._booster = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise BadInput(f"the text of the model cannot be read: {error}") from error
        self._threads = threads
        self.names = tuple(self._booster.feature_name())
        self.count = int(self._booster.num_trees())

    def scores(self, rows: NDArray[np.float32]) -> FloatArray:
        """Return the probability of each row, as the trees have it.

        Parameters
        ----------
        rows : array of float32 of shape (n, K)
            Columns as in `names`.

        Returns
        -------
        array of shape (n,)
        """
        if not len(rows):
            return np.empty(0)
        return np.asarray(self._booster.predict(rows, num_threads=self._threads), np.float64)

    def contributions(self, rows: NDArray[np.float32]) -> FloatArray:
        """Return what each feature adds to the log odds of each row, and the level without any.

        Parameters
        ----------
        rows : array of float32 of shape (n, K)
            Columns as in `names`.

        Returns
        -------
        array of shape (n, K + 1)
            The level last; a row adds up to the log odds of its score. [log odds]

        Notes
        -----
        Shapley values of trees, exact, by LightGBM itself. Source: S. Lundberg, G. Erion and S.-I. Lee,
        Consistent individualized feature attribution for tree ensembles (2018).
        """
        if not len(rows):
            return np.empty((0, len(self.names) + 1))
        found = self._booster.predict(rows, pred_contrib=True, num_threads=self._threads)
        return np.asarray(found, np.float64)


def version() -> str:
    """Return the version of LightGBM.

    Raises
    ------
    ConfigError
        If it is not installed.
    """
    return str(_lightgbm().__version__)


def _lightgbm() -> Any:
    try:
        import lightgbm
    except ImportError as error:
        raise ConfigError(
            "models need LightGBM: install it with pip install 'quantdeck[ml]'"
        ) from error
    return lightgbm
