"""The whole audit of a table, and of the panel that it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.errors import TooLittleData
from quantdeck.research.audit.report import ALARM, AuditCheck, AuditReport, Outcome
from quantdeck.research.audit.shuffled import (
    FOLDS,
    judge_shuffled_folds,
    mean_of,
    with_shuffled_returns,
)
from quantdeck.research.audit.truncation import CUTS, cut_sessions, look_ahead, look_ahead_check
from quantdeck.research.boosting import checked
from quantdeck.research.schemes import Way
from quantdeck.research.training import train_way

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.research.audit.report import LookAhead
    from quantdeck.research.card import Estimate, Judgement
    from quantdeck.research.features.build import Spread
    from quantdeck.research.features.panel import Panel
    from quantdeck.research.features.table import FeatureTable

    Progress = Callable[[int, int, str], None]

DEALS = 3
"""Times that returns are dealt anew."""

_COIN = 0.5
_NEARLY_SURE = 3.29 / 1.96
_STEPS = 1_000
_LOOK_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Rules:
    """How much is looked at.

    Parameters
    ----------
    way : Way
        How models are trained and judged.
    cuts : int
        Sessions at which the data are cut.
    deals : int
        Times that returns are dealt anew.
    """

    way: Way = Way()  # noqa: RUF009 - frozen
    cuts: int = CUTS
    deals: int = DEALS


def audit(  # what an audit is made of
    table: FeatureTable,
    *,
    panel: Panel | None = None,
    rules: Rules | None = None,
    spread: Spread = map,
    on_progress: Progress | None = None,
    created_ns: int = 0,
) -> AuditReport:
    """Return whether features look ahead, whether chance scores .50, and whether the score is too good.

    Parameters
    ----------
    table : FeatureTable
        Whose features are learnt from.
    panel : Panel or None
        What it was made of. Without it nobody can tell whether its features look ahead, and the report
        says so.
    rules : Rules or None
        How much is looked at; None takes the defaults.
    spread : callable
        As of `quantdeck.research.features.build.build`.
    on_progress : callable or None
        Takes steps done, steps in all, and what is being done; what it raises ends the audit.
    created_ns : int
        The time, UTC: of the report. [ns]

    Returns
    -------
    AuditReport
        With four checks: features made again from less, returns dealt anew, an alarm, and what shuffled
        folds would have said.

    Raises
    ------
    BadInput
        If a feature of the table is not registered, or a parameter cannot be.
    TooLittleData
        If there are too few sessions.
    ConfigError
        If LightGBM is not installed.
    """
    chosen = rules or Rules()
    steps = _Steps(table, chosen, on_progress, has_panel=panel is not None)
    ahead, found, cuts = _look(table, panel, chosen, spread, steps)
    real = _judged(table, chosen.way, steps, "walk forward")
    dealt: list[Estimate] = []
    for number in range(chosen.deals):
        shuffled = with_shuffled_returns(table, chosen.way.seed + number)
        name = f"walk forward with returns dealt anew, {number + 1} of {chosen.deals}"
        dealt.append(_judged(shuffled, chosen.way, steps, name).auc)
    steps.begin(f"{FOLDS} shuffled folds, for contrast")
    leaky = judge_shuffled_folds(table, chosen.way, on_tree=steps.tree)
    steps.end()
    return AuditReport(
        created_ns=created_ns,
        checks=(
            ahead,
            shuffled_check(mean_of(dealt), chosen.deals),
            alarm_check(real.auc, chosen.way.horizon),
            contrast_check(leaky.auc, real.auc),
        ),
        look_ahead=found,
        cuts=cuts,
        target=chosen.way.target.value,
        horizon=chosen.way.horizon,
        scheme=real.scheme,
        features=len(table.names),
        symbols=len(table.symbols),
        rows=len(table),
        first_session=_date(table, 0),
        last_session=_date(table, -1),
        data_hash=table.fingerprint(),
        source=table.source,
        is_simulated=table.is_simulated,
    )


def shuffled_check(auc: Estimate, deals: int) -> AuditCheck:
    """Return what an area under the curve of labels that mean nothing says of the way of judging.

    Parameters
    ----------
    auc : Estimate
        Mean over the deals.
    deals : int
        How often returns were dealt anew.

    Returns
    -------
    AuditCheck
        An error where .50 lies so far outside that chance would bring it there once in a thousand
        times, a warning where once in twenty.
    """
    title = "Does chance score .50?"
    if auc.value is None or auc.low is None or auc.high is None:
        text = "too few rows or sessions to tell"
        return AuditCheck("shuffled_labels", title, Outcome.SKIPPED, text, auc)
    half = (auc.high - auc.low) / 2.0
    off = abs(auc.value - _COIN)
    said = (
        f"with the returns of whole sessions dealt anew {deals} times the walk forward scores "
        f"{_told(auc)}"
    )
    if off <= half:
        return AuditCheck("shuffled_labels", title, Outcome.OK, f"yes: {said}", auc)
    if off <= _NEARLY_SURE * half:
        text = f"nearly: {said}, as chance has it once in twenty times; run it with another seed"
        return AuditCheck("shuffled_labels", title, Outcome.WARNING, text, auc)
    text = f"no: {said}. The way of judging leaks, and no other figure of it can be believed"
    return AuditCheck("shuffled_labels", title, Outcome.ERROR, text, auc)


def alarm_check(auc: Estimate, horizon: int) -> AuditCheck:
    """Return whether the score of the walk forward is too good to be true.

    Parameters
    ----------
    auc : Estimate
        Out of sample.
    horizon : int
        Sessions ahead.

    Returns
    -------
    AuditCheck
        An error above `ALARM`.
    """
    title = "Is the score too good?"
    if auc.value is None:
        text = "too few rows out of sample to tell"
        return AuditCheck("too_good", title, Outcome.SKIPPED, text, auc)
    ahead = "the next session" if horizon == 1 else f"{horizon} sessions ahead"
    said = f"the walk forward scores {_told(auc)} for {ahead}"
    if auc.value > ALARM:
        text = (
            f"yes: {said}, above {ALARM:.2f}. Honest models of daily directions score .50 to .52: "
            "look for a feature that knows what came after, before anything is traded on this"
        )
        return AuditCheck("too_good", title, Outcome.ERROR, text, auc)
    return AuditCheck("too_good", title, Outcome.OK, f"no: {said}", auc)


def contrast_check(auc: Estimate, honest: Estimate) -> AuditCheck:
    """Return what shuffled folds say, beside the walk forward.

    Parameters
    ----------
    auc : Estimate
        Of the shuffled folds.
    honest : Estimate
        Of the walk forward.

    Returns
    -------
    AuditCheck
        Never worse than OK: it shows what a leak looks like.
    """
    title = "What would shuffled folds have said?"
    if auc.value is None or honest.value is None:
        text = "too few rows to tell"
        return AuditCheck("shuffled_folds", title, Outcome.SKIPPED, text, auc)
    text = (
        f"{_told(auc)}, {auc.value - honest.value:+.3f} against the walk forward: rows dealt into "
        f"{FOLDS} folds without regard to time learn from other symbols of the very session they are "
        "tested on. This is a leak at work, and no figure to quote"
    )
    return AuditCheck("shuffled_folds", title, Outcome.OK, text, auc)


def _look(
    table: FeatureTable, panel: Panel | None, rules: Rules, spread: Spread, steps: _Steps
) -> tuple[AuditCheck, tuple[LookAhead, ...], tuple[str, ...]]:
    title = "Do features know what came after?"
    if panel is None:
        text = "not looked at: a table alone does not tell. Audit the bars that are kept instead of a file"
        return AuditCheck("look_ahead", title, Outcome.SKIPPED, text), (), ()
    try:
        cuts = cut_sessions(len(table.sessions), cuts=rules.cuts, seed=rules.way.seed)
    except TooLittleData as error:
        return AuditCheck("look_ahead", title, Outcome.SKIPPED, str(error)), (), ()
    found = look_ahead(panel, table, cuts, spread=spread, tell=steps.look)
    dates = tuple(_date(table, cut) for cut in cuts)
    steps.end()
    return look_ahead_check(found, features=len(table.names), cuts=dates), found, dates


def _judged(table: FeatureTable, way: Way, steps: _Steps, name: str) -> Judgement:
    steps.begin(name)
    found = train_way(table, way, on_progress=steps.train).card.judgement
    steps.end()
    if found is None:
        raise TooLittleData(
            "an audit needs sessions enough to judge a model by; train one to see what is missing"
        )
    return found


class _Steps:
    """Progress of an audit, in thousandths: looking takes its share, each training one of the rest."""

    def __init__(
        self,
        table: FeatureTable,
        rules: Rules,
        on_progress: Progress | None,
        *,
        has_panel: bool,
    ) -> None:
        self._tell = on_progress
        self._look = _LOOK_SHARE if has_panel else 0.0
        self._share = (1.0 - self._look) / (rules.deals + 2)
        self._done = 0.0
        self._mine = self._look
        self._name = ""
        trees = checked(rules.way.params, rows=len(table))["num_iterations"]
        self._trees, self._grown = FOLDS * int(trees), 0

    def look(self, share: float, text: str) -> None:
        self._say(share, text)

    def begin(self, name: str) -> None:
        self._mine, self._name, self._grown = self._share, name, 0
        self._say(0.0, name)

    def train(self, done: int, total: int, text: str) -> None:
        self._say(done / max(total, 1), f"{self._name}: {text}")

    def tree(self) -> None:
        self._grown += 1
        self._say(min(1.0, self._grown / self._trees), self._name)

    def end(self) -> None:
        self._done += self._mine
        self._mine = 0.0

    def _say(self, share: float, text: str) -> None:
        if self._tell is not None:
            self._tell(round(_STEPS * (self._done + share * self._mine)), _STEPS, text)


def _told(auc: Estimate) -> str:
    if auc.low is None or auc.high is None:
        return f"{auc.value:.3f}"
    return f"{auc.value:.3f} [{auc.low:.3f}, {auc.high:.3f}]"


def _date(table: FeatureTable, session: int) -> str:
    return str(table.sessions[session].astype("datetime64[ns]"))[:10]
