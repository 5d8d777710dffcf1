"""Settings of the playbook: from the file, from ``MAX_RISK``, and refused where they make none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.app.settings import load
from quantdeck.model.errors import ConfigError
from quantdeck.research.playbook.inputs import PlaybookRules

if TYPE_CHECKING:
    from pathlib import Path


def _file(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_playbook_by_default_is_that_of_the_rules(tmp_path: Path) -> None:
    assert load(_file(tmp_path, ""), environ={}).playbook.rules() == PlaybookRules()


def test_playbook_of_a_file_keeps_the_other_weights(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "playbook: {top_n: 3, weights: {momentum: -0.5}, max_risk: {Call: 80, condor: 70}}",
    )

    rules = load(path, environ={"MAX_RISK": "call=100"}).playbook.rules()

    assert rules.top_n == 3
    assert rules.weights["momentum"] == -0.5
    assert rules.weights["prob_up"] == 0.4
    assert rules.limits.by_strategy["condor"] == 70.0


def test_max_risk_of_the_environment_is_read(tmp_path: Path) -> None:
    rules = load(_file(tmp_path, ""), environ={"MAX_RISK": "call=100,condor=50"}).playbook.rules()

    assert rules.limits.by_strategy == {"call": 100.0, "condor": 50.0}


@pytest.mark.parametrize("text", ["call", "call=0", "call=1,call=2"])
def test_max_risk_of_the_environment_that_is_none_names_the_variable(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(ConfigError, match="environment variable MAX_RISK"):
        load(_file(tmp_path, ""), environ={"MAX_RISK": text})


@pytest.mark.parametrize(
    "text",
    [
        "{rich_iv_edge: 0.0}",
        "{max_risk: {call: -1}}",
        "{weights: {prob_up: 0, momentum: 0, news_sent: 0, iv_edge: 0, uoa: 0, garch_spike: 0}}",
    ],
)
def test_playbook_that_makes_no_sense_names_the_section(tmp_path: Path, text: str) -> None:
    settings = load(_file(tmp_path, f"playbook: {text}"), environ={})

    with pytest.raises(ConfigError, match="section playbook"):
        settings.playbook.rules()
