"""Polygon as a function from requests to answers."""

from __future__ import annotations

import asyncio
import json
from random import Random

import httpx2

from quantdeck.feeds.polygon.endpoints import Pace
from quantdeck.feeds.polygon.rest import PolygonRest
from tests.net.conftest import LeapingClock

FAST = Pace(1000, 1.0)


class Vendor:
    """Answers by the end of the path, and remembers what was asked.

    An answer is a body, a response, a function of the request, or a list of these in turn.
    """

    def __init__(
        self, told, /, *, pace=FAST, clock=None, base_url="https://host", **options
    ) -> None:
        self.clock = clock or LeapingClock()
        self.asked: list[httpx2.Request] = []
        self._answers = told
        self.rest = PolygonRest(
            key="SECRET",
            clock=self.clock,
            rng=Random(1),
            pace=pace,
            base_url=base_url,
            transport=httpx2.MockTransport(self._answer),
            **options,
        )

    def _answer(self, request):
        self.asked.append(request)
        path = request.url.path
        key = next((key for key in self._answers if key in path), None)
        answer = self._answers[key] if key else {"status": "NOT_FOUND", "message": path}
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, httpx2.Response):
            return answer
        content = answer if isinstance(answer, bytes) else json.dumps(answer)
        return httpx2.Response(200 if key else 404, content=content)

    def run(self, coroutine):
        async def run():
            try:
                return await coroutine
            finally:
                await self.rest.close()

        return asyncio.run(run())

    def paths(self):
        return [request.url.path for request in self.asked]


def refused(code, /, **body):
    return httpx2.Response(code, content=json.dumps({"request_id": "r", **body}))


NOT_ENTITLED = {
    "status": "NOT_AUTHORIZED",
    "message": "You are not entitled to this data. Please upgrade your plan.",
}


async def listed(pages):
    return [page async for page in pages]
