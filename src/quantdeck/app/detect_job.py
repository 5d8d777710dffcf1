"""Detection as work of the deck: on its schedule, and whenever somebody presses the button."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.app.alert_parts import channels
from quantdeck.app.credentials import surroundings
from quantdeck.app.detect import detect_stores, tell_findings, weights_of
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.jobs.detect import Detector, DetectQuestion
from quantdeck.model.alerts import DeliveryState
from quantdeck.model.errors import BadInput
from quantdeck.model.findings import counts_text
from quantdeck.ports.jobs import JobReport
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.model.findings import Findings
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.jobs import JobQuestion, JobTeller
    from quantdeck.records.open import Records


class DetectJob:
    """Looks for what is out of the ordinary. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        Says what is out of the ordinary, and who is told.
    folder : Path
        Of the tape.
    records : Records
        Where findings are kept.
    clock : Clock
        Where the time comes from.
    demo : bool
        Whether the data are simulated.
    """

    def __init__(
        self, settings: Settings, folder: Path, records: Records, clock: Clock, *, demo: bool
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._records = records
        self._clock = clock
        self._demo = demo
        self._detector: Detector | None = None

    def check(self, question: JobQuestion) -> None:
        """Look at the symbols."""
        _symbols(question)

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:
        """Look once, and tell what is new in one message."""
        found = await asyncio.to_thread(self._look, _symbols(question))
        for each in found.new:
            tell.line(each.text, tone="good")
        for note in found.notes:
            tell.line(note)
        failures = await self._tell() if self._settings.detect.notify else ()
        said = counts_text(found.new) or "nothing new out of the ordinary"
        return JobReport(said=said, failures=failures, rows=len(found.new))

    def _look(self, symbols: tuple[str, ...]) -> Findings:
        if self._detector is None:
            stores = detect_stores(self._settings, self._folder, self._records, demo=self._demo)
            self._detector = Detector(stores, self._settings.detect.rules())
        return self._detector.run(
            DetectQuestion(
                now_ns=self._clock.now_ns(),
                weights=weights_of(self._settings, self._folder, self._records),
                symbols=symbols,
                simulated=self._demo,
            )
        )

    async def _tell(self) -> tuple[str, ...]:
        mode = Mode.DEMO if self._demo else Mode.LIVE
        used = channels(
            self._settings, surroundings(), mode=mode, clock=self._clock, write=_write
        ).used
        try:
            _, deliveries = await tell_findings(
                self._records,
                used,
                clock=self._clock,
                simulated=self._demo,
                pause_min=self._settings.detect.pause_min,
            )
        finally:
            for each in used:
                await each.close()
        return tuple(
            f"{each.channel}: {each.detail or 'not sent yet'}"
            for each in deliveries
            if each.state is not DeliveryState.SENT
        )


def _write(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def _symbols(question: JobQuestion) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(map(typed_symbol, question.symbols)))
    except BadInput as error:
        raise BadInput(str(error), field="symbols") from error
