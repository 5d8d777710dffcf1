"""Every store there is: the contract holds for all of them."""

from __future__ import annotations

import pytest

from tests.records.memory import MemoryAlerts, MemoryRuns
from tests.records.places import a_place, opened


@pytest.fixture(params=["sqlite", "postgres", "memory"])
def alerts(request):
    if request.param == "memory":
        yield MemoryAlerts()
        return
    records = opened(a_place(request))
    yield records.alerts
    records.close()


@pytest.fixture(params=["sqlite", "postgres", "memory"])
def runs(request):
    if request.param == "memory":
        yield MemoryRuns()
        return
    records = opened(a_place(request))
    yield records.runs
    records.close()
