"""The page that sets figures of recorded prices beside those of empyrical is what its script writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_written_page_is_that_of_the_recorded_prices(shared_data: Path) -> None:
    if not (shared_data / "us-daily-djia-2006-2017").is_dir():
        pytest.skip("the daily prices of stocks are not here")
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "QUANTDECK_SHARED_DATA": str(shared_data),
    }

    told = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "metrics_compared.py")],
        capture_output=True,
        text=True,
        check=True,
        env=environ,
        timeout=120,
    ).stdout

    page = (ROOT / "docs" / "explain" / "metrics-compared.md").read_text(encoding="utf-8")
    assert told.strip() == page.strip()
    assert "unexplained" not in page
