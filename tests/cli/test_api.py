from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5"])  # noqa: S104 - refused
def test_api_on_a_host_that_is_not_loopback_is_refused(run: Run, host: str) -> None:
    run("api", "--port", "0", "--host", host).refused(2, f"host {host} is refused", "127.0.0.1")


def test_api_with_a_source_that_has_no_key_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALPACA_API_KEY", "ALPACA_API_SECRET"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.yaml").write_text("feeds: {alpaca: {enabled: true}}")

    run("api", "--port", "0").refused(3, "ALPACA_API_KEY")
