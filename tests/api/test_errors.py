"""What an answer says about the parameters that are wrong."""

from __future__ import annotations

from quantdeck.model.errors import BadInput


def test_wrong_parameter_of_a_route_is_named_among_the_fields(ask):
    error = ask("GET", "/api/v1/ticks?symbol=no").json()["error"]

    assert set(error["fields"]) == {"symbol"}
    assert error["message"].startswith("symbol: ")


def test_wrong_field_that_the_deck_found_is_named_with_its_sentence(ask, deck, monkeypatch):
    def refuse():
        raise BadInput("entry must be above exit", field="entry")

    monkeypatch.setattr(deck, "status", refuse)

    error = ask("GET", "/api/v1/status").json()["error"]

    assert error["fields"] == {"entry": "entry must be above exit"}


def test_error_of_no_field_has_none(ask):
    error = ask("GET", "/api/v1/panels/dashboard.nosuch").json()["error"]

    assert set(error) == {"code", "message", "request_id"}
