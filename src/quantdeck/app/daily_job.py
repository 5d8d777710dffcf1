"""The daily run as a job of a deck, and of its schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.collect import DB_FILE
from quantdeck.app.daily_inputs import DailyPlace
from quantdeck.app.daily_market import plan_of
from quantdeck.app.daily_steps import daily_of
from quantdeck.jobs.daily_steps import DailyQuestion
from quantdeck.model.errors import BadInput
from quantdeck.ports.jobs import JobReport

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.jobs import JobQuestion, JobTeller
    from quantdeck.records.open import Records


class DailyJob:
    """Works off the steps of a day. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        Everything that was configured.
    folder : Path
        Of the tape.
    records : Records
        Of the same folder.
    clock : Clock
        Where the time comes from.
    demo : bool
        Whether the vendors are simulated.
    """

    def __init__(
        self, settings: Settings, folder: Path, records: Records, clock: Clock, *, demo: bool
    ) -> None:
        self._place = DailyPlace(settings, folder, records, clock, demo)

    def check(self, question: JobQuestion) -> None:
        """Look at the symbols."""
        try:
            plan_of(self._place, question.symbols)
        except BadInput as error:
            raise BadInput(str(error), field="symbols") from error

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Work all steps off; what is unchanged since the last run is left as it is.

        Raises
        ------
        Conflict
            If another daily run of the folder is under way.
        """
        # Whoever has a copy for other programs wants it kept in step.
        has_copy = (self._place.folder / DB_FILE).exists()
        daily = daily_of(self._place, has_copy=has_copy, has_console=True)
        report = await daily.run(DailyQuestion(symbols=question.symbols), tell)
        headline = str(report.results.get("notify", {}).get("headline", ""))
        return JobReport(
            said=f"{headline}; {report.said}" if headline and not report.error else report.said,
            failures=tuple(report.failures),
        )
