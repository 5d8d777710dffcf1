"""What a page says of the jobs that it starts: that of the Boxes page."""

from __future__ import annotations

import asyncio

from quantdeck.hub.page_jobs import NO_JOBS
from quantdeck.hub.topic import Topic
from quantdeck.ports.jobs import JobQuestion, JobReport
from quantdeck.views.payloads import Mode
from tests.hub.box_rig import NO_RIG, Asked
from tests.hub.market_rig import ToldJob

HISTORY = "boxes.history"


def test_runs_of_the_page_are_of_its_job_alone_also_without_a_desk():
    async def main():
        told = ToldJob(JobReport(said="40 rates of 3 snapshots computed anew"))
        asked = Asked(NO_RIG, jobs={"box-rates": told, "verify": ToldJob()})
        desk = asked.answers.market.jobs
        for kind in ("verify", "box-rates"):
            await desk.wait((await desk.start(JobQuestion(kind=kind))).id)
        return asked.quick("boxes.run").text, asked.quick("boxes.jobs").rows

    text, rows = asyncio.run(main())

    assert text.startswith("From the snapshots")
    assert [(row["kind"], row["state"], row["said"]) for row in rows] == [
        ("box-rates", "done", "40 rates of 3 snapshots computed anew")
    ]


def test_history_is_read_again_once_it_was_computed_anew():
    async def main():
        asked = Asked(jobs={"box-rates": ToldJob()})
        desk = asked.answers.market.jobs
        before = asked.answers.revision(Topic(HISTORY, ()))
        await desk.wait((await desk.start(JobQuestion(kind="box-rates"))).id)
        return before, asked.answers.revision(Topic(HISTORY, ()))

    before, after = asyncio.run(main())

    assert before != after


def test_deck_that_runs_no_jobs_says_so_above_the_button():
    assert Asked(NO_RIG, mode=Mode.REPLAY).quick("boxes.run").text == NO_JOBS
