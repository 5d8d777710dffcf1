"""What each panel of the Technical page shows, asked of the desk that studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.signals.board import board_rows
from quantdeck.analytics.technical_study import Chosen
from quantdeck.hub.risk_answers import no_prices, risk_choices
from quantdeck.hub.technical_desk import BoardQuestion, TechnicalDesk, TechnicalQuestion
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.history import Adjustment
from quantdeck.views import technical, technical_readings, technical_signals, technical_volatility
from quantdeck.views.technical_choices import RULES, choices_of, drawn_of
from quantdeck.views.technical_page import PANELS

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.technical_study import TechnicalStudy
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.technical_desk import SignalBoard
    from quantdeck.views.payloads import Payload

    Params = Mapping[str, str]

_BOARD = "technical.board"
_KINDS = {panel.id: panel.kind for panel in PANELS}


class TechnicalAnswers:
    """Answers topics of the Technical page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose prices are studied.

    Attributes
    ----------
    desk : TechnicalDesk
        Does the work.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.desk = TechnicalDesk(machine)

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from what is known, or None where a study must be made."""
        if not risk_choices(self._machine).symbols():
            return no_prices(self._machine, _KINDS[name])
        if name == _BOARD:
            board = self.desk.known_board(_board_question(params))
            return None if board is None else self._board(board)
        study = self.desk.known(question_of(params))
        return None if study is None else self._of(name, params, study)

    async def slow(self, name: str, params: Params) -> Payload:
        """Study, and return the payload."""
        if name == _BOARD:
            return self._board(await self.desk.board(_board_question(params)))
        return self._of(name, params, await self.desk.study(question_of(params)))

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        # Captured bars end by the clock.
        second = self._machine.clock.monotonic_ns() // 1_000_000_000
        return self.desk.revision, 0 if name == _BOARD else second

    def _of(self, name: str, params: Params, study: TechnicalStudy) -> Payload:
        state = self.desk.prices.state([study.series])
        decimals = self._decimals(study.series)
        match name:
            case "technical.chart":
                return technical.chart_payload(
                    study,
                    state,
                    drawn=drawn_of(params),
                    marks=params["marks"],
                    levels=params["levels"],
                    decimals=decimals,
                )
            case "technical.readings":
                return technical_readings.readings_payload(study, state, decimals=decimals)
            case "technical.levels":
                return technical.levels_payload(study, state, decimals=decimals)
            case "technical.volatility":
                return technical_volatility.volatility_payload(study, state)
            case "technical.regime":
                return technical_volatility.regime_payload(study, state)
            case _:
                rows = board_rows(study.series, study.signals, newest=technical_signals.MOST_SHOWN)
                return technical_signals.signals_payload(
                    rows, state, decimals=decimals, unanswered=study.unanswered
                )

    def _board(self, board: SignalBoard) -> Payload:
        return technical_signals.board_payload(
            board.rows,
            self.desk.prices.state(board.series),
            interval=board.question.interval,
            decimals={each.symbol: self._decimals(each) for each in board.series},
            looked_at=len(board.series),
        )

    def _decimals(self, series: PriceSeries) -> int:
        instrument = self._machine.instrument(series.symbol)
        is_live = series.interval in TIMEFRAMES and instrument is not None
        tick_size = instrument.tick_size if is_live and instrument else None
        return technical.decimals_shown(series, tick_size)


def question_of(params: Params) -> TechnicalQuestion:
    """Return what the controls of the page ask for."""
    return TechnicalQuestion(
        symbol=params["symbol"],
        interval=params["interval"],
        choices=choices_of(params),
        adjustment=Adjustment(params["adjustment"]),
    )


def _board_question(params: Params) -> BoardQuestion:
    rule = RULES.get(params["rule"])
    rules = None if rule is None else (Chosen(rule),)
    return BoardQuestion(params["interval"], rules, adjustment=Adjustment(params["adjustment"]))
