"""Training and judging a daily model: quantdeck against LightGBM with scikit-learn on the same splits.

The pipeline grows the same trees on the same rows, fits a logistic calibration on earlier predictions,
and tells AUC, Brier score and the rank correlation of each session, without intervals, contributions or a
card. The second table draws sessions anew for the interval of an AUC: scikit-learn takes weights, and is
timed on a few draws. With ``--recorded FOLDER`` the model of recorded daily bars (CSV files, one a
symbol) is judged, with returns dealt anew and in shuffled folds beside it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import lightgbm
import numpy as np
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from timing import compare, one_thread, show

from quantdeck.research.audit.shuffled import judge_shuffled_folds, with_shuffled_returns
from quantdeck.research.boosting import checked
from quantdeck.research.features.build import build
from quantdeck.research.folds import Rows
from quantdeck.research.judge import judge
from quantdeck.research.judge.blocks import DRAWS, drawn_areas, drawn_sessions
from quantdeck.research.labels import labels
from quantdeck.research.schemes import Way, splits_of
from quantdeck.research.training import train_way

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.research.recorded_stocks import panel_of_files
from tests.research.tables import synthetic_panel

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.predictions import Predictions


def pipeline(table: FeatureTable, way: Way) -> tuple[float, float, float]:
    """Return AUC, Brier score and rank correlation as a script of its own would."""
    rows = Rows.of(table, labels(table, target=way.target, horizon=way.horizon))
    params = checked(way.params, rows=len(rows))
    rounds = int(params.pop("num_iterations"))
    params |= {"objective": "binary", "verbosity": -1, "deterministic": True, "seed": way.seed}
    params["force_row_wise"] = True
    known = np.isfinite(rows.label)
    told: list[tuple[np.ndarray, ...]] = []
    calibrated: list[tuple[np.ndarray, np.ndarray]] = []
    for split in splits_of(table, way):
        train = split.train[rows.session] & known
        test = split.test[rows.session] & known
        data = lightgbm.Dataset(rows.values[train], rows.label[train], params=params)
        booster = lightgbm.train(params, data, num_boost_round=rounds)
        score = booster.predict(rows.values[test], num_threads=1)
        if told:
            earlier = [np.concatenate([each[at] for each in told]) for at in (0, 1)]
            logit = np.log(earlier[0] / (1.0 - earlier[0]))[:, None]
            fitted = LogisticRegression(C=np.inf).fit(logit, earlier[1])
            mine = np.log(score / (1.0 - score))[:, None]
            calibrated.append((fitted.predict_proba(mine)[:, 1], rows.label[test]))
        told.append((score, rows.label[test], rows.session[test], rows.returns[test]))
    areas = [roc_auc_score(label, score) for score, label, _, _ in told]
    brier = brier_score_loss(
        np.concatenate([label for _, label in calibrated]),
        np.concatenate([score for score, _ in calibrated]),
    )
    score, session, returns = (np.concatenate([each[at] for each in told]) for at in (0, 2, 3))
    ranks = [
        spearmanr(score[session == each], returns[session == each]).statistic
        for each in np.unique(session)
    ]
    # The last model, on every row.
    data = lightgbm.Dataset(rows.values[known], rows.label[known], params=params)
    lightgbm.train(params, data, num_boost_round=rounds)
    return float(np.mean(areas)), float(brier), float(np.nanmean(ranks))


def timed(table: FeatureTable, way: Way, rounds: int) -> Predictions:
    """Print how long training takes, and return the predictions that it was judged by."""
    found = compare(
        lambda: train_way(table, way), {"pipeline": lambda: pipeline(table, way)}, rounds=rounds
    )
    trained = train_way(table, way)
    judged = trained.card.judgement
    assert judged is not None
    assert trained.predictions is not None
    theirs = pipeline(table, way)
    names = {
        "quantdeck": "quantdeck (intervals, contributions, card)",
        "pipeline": "LightGBM + scikit-learn",
    }
    folds = [fold.auc for fold in judged.folds if fold.auc is not None]
    figures = {
        "quantdeck": (
            float(np.mean(folds)),
            judged.brier or np.nan,
            judged.rank_ic.value or np.nan,
        ),
        "pipeline": theirs,
    }
    show(
        f"Walk forward of {len(judged.folds)} test spans: {len(table):,} rows, "
        f"{len(table.model_names)} features, one thread",
        ("", "s", "ratio", "mean AUC", "Brier", "rank IC"),
        [
            (
                names[each],
                f"{found[each].seconds:.2f}",
                f"{found[each].ratio:.2f}",
                *(f"{value:.4f}" for value in figures[each]),
            )
            for each in names
        ],
    )
    return trained.predictions


def timed_draws(predictions: Predictions, table: FeatureTable) -> None:
    """Print how long the interval of an area takes."""
    known = np.isfinite(predictions.label) & np.isfinite(predictions.score)
    session = np.unique(predictions.session[known], return_inverse=True)[1].astype(np.int64)
    score, label = predictions.score[known], predictions.label[known]
    draws = drawn_sessions(int(session.max()) + 1, 14, 7)
    assert draws is not None
    few = draws[:5]
    found = compare(
        lambda: drawn_areas(score, label, session, draws),
        {
            "scikit-learn": lambda: [
                roc_auc_score(label, score, sample_weight=d[session]) for d in few
            ]
        },
        rounds=3,
    )
    ours, theirs = found["quantdeck"].seconds, found["scikit-learn"].seconds * DRAWS / len(few)
    far = np.abs(
        drawn_areas(score, label, session, few)
        - [roc_auc_score(label, score, sample_weight=d[session]) for d in few]
    ).max()
    begun = time.perf_counter()
    judge(predictions, table, scheme="")
    whole = time.perf_counter() - begun
    show(
        f"{DRAWS} draws of sessions, {len(score):,} rows",
        ("", "s", "ratio"),
        [
            ("quantdeck", f"{ours:.2f}", "1.0"),
            ("scikit-learn, scaled", f"{theirs:.1f}", f"{theirs / ours:.0f}"),
            ("quantdeck, the whole judgement", f"{whole:.2f}", ""),
        ],
    )
    print(f"  largest difference {far:.1e}")


def recorded(folder: Path) -> None:
    """Print how the model of recorded stocks is judged."""
    begun = time.perf_counter()
    table = build(panel_of_files(folder))
    print(
        f"\n{len(table):,} rows of {len(table.symbols)} symbols, {time.perf_counter() - begun:.1f} s"
    )
    way = Way()
    judged = train_way(table, way).card.judgement
    assert judged is not None
    rows = [("walk forward", judged)]
    for seed in (7, 8, 9):
        dealt = train_way(with_shuffled_returns(table, seed), way).card.judgement
        assert dealt is not None
        rows.append((f"returns dealt anew, seed {seed}", dealt))
    rows.append(("5 shuffled folds, a leak", judge_shuffled_folds(table, way)))
    dealt_folds = judge_shuffled_folds(with_shuffled_returns(table, 7), way)
    rows.append(("5 shuffled folds of returns dealt anew", dealt_folds))
    show(
        judged.scheme,
        ("", "AUC", "95 %", "within sessions", "rank IC", "Brier", "base rate"),
        [
            (
                name,
                f"{each.auc.value:.4f}",
                f"{each.auc.low:.3f} to {each.auc.high:.3f}",
                f"{each.auc_within.value:.4f}",
                f"{each.rank_ic.value:.4f}",
                f"{each.brier:.5f}",
                f"{each.brier_base:.5f}",
            )
            for name, each in rows
        ],
    )
    show(
        "Calibration out of sample",
        ("foretold", "happened", "rows"),
        [(f"{b.foretold:.4f}", f"{b.happened:.4f}", f"{b.n:,}") for b in judged.calibration],
    )


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=60)
    parser.add_argument("--sessions", type=int, default=750)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--recorded", type=Path, help="folder of CSV files of daily bars")
    chosen = parser.parse_args()
    if chosen.recorded is not None:
        recorded(chosen.recorded)
        return
    table = build(synthetic_panel(chosen.symbols, chosen.sessions, is_clean=True))
    predictions = timed(table, Way(folds=5), chosen.rounds)
    timed_draws(predictions, table)


if __name__ == "__main__":
    one_thread()
    main()
