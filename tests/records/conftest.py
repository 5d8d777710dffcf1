"""Every store there is: the contract holds for all of them."""

from __future__ import annotations

import pytest

from quantdeck.records.open import open_records
from tests.records.memory import MemoryAlerts, MemoryRuns


@pytest.fixture(params=["sqlite", "memory"])
def alerts(request, tmp_path):
    if request.param == "memory":
        yield MemoryAlerts()
        return
    records = open_records(tmp_path)
    yield records.alerts
    records.close()


@pytest.fixture(params=["sqlite", "memory"])
def runs(request, tmp_path):
    if request.param == "memory":
        yield MemoryRuns()
        return
    records = open_records(tmp_path)
    yield records.runs
    records.close()
