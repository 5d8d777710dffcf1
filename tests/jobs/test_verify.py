from __future__ import annotations

import asyncio

from quantdeck.jobs.verify import Check, Verdict, VerifyReport, verify
from quantdeck.model.errors import AuthFailed, Disconnected, NoData, NotEntitled
from tests.jobs.collecting import TurnedClock


def check(vendor: str, answer: object = "fine", *, needed: bool = True) -> Check:
    async def ask() -> str:
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            await asyncio.get_running_loop().create_future()
        return str(answer)

    return Check(vendor, "bars", ask, is_needed=needed)


def run(*checks: Check, patience_s: float = 60.0) -> VerifyReport:
    return asyncio.run(verify(checks, clock=TurnedClock(), patience_s=patience_s))


def verdicts(report: VerifyReport) -> list[Verdict]:
    return [each.verdict for each in report.checks]


def test_verify_names_what_came_and_what_did_not() -> None:
    report = run(
        check("a", "5 bars"),
        check("a", NotEntitled("a", "upgrade")),
        check("b", Disconnected("b", "gone")),
    )

    assert verdicts(report) == [Verdict.OK, Verdict.NOT_INCLUDED, Verdict.FAILED]
    assert [each.found for each in report.checks] == ["5 bars", "a: upgrade", "b: gone"]
    assert [each.vendor for each in report.failures] == ["b"]


def test_verify_refused_key_is_tried_once() -> None:
    report = run(check("a", AuthFailed("a", "no")), check("a"), check("b"))

    assert verdicts(report) == [Verdict.FAILED, Verdict.SKIPPED, Verdict.OK]
    assert len(report.failures) == 2


def test_verify_plan_without_anything_is_a_failure() -> None:
    report = run(check("a", NotEntitled("a", "upgrade")), check("b"))

    assert [each.vendor for each in report.failures] == ["a"]


def test_verify_nothing_of_what_is_not_needed_is_no_failure() -> None:
    report = run(check("a", NoData("none"), needed=False), check("a", NoData("none")))

    assert verdicts(report) == [Verdict.NONE, Verdict.FAILED]


def test_verify_vendor_that_is_silent_fails() -> None:
    report = run(check("a", None), check("b"), patience_s=0.01)

    assert verdicts(report) == [Verdict.FAILED, Verdict.OK]
    assert "no answer within" in report.checks[0].found


def test_verify_tells_every_answer_as_it_comes() -> None:
    told: list[str] = []
    checks = [check("a"), check("b", NoData("none"))]

    asyncio.run(verify(checks, clock=TurnedClock(), progress=lambda done: told.append(done.vendor)))

    assert told == ["a", "b"]
