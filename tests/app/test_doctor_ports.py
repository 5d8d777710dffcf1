from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.bus_settings import BusSettings
from quantdeck.app.doctor_ports import port_finding, ports
from quantdeck.app.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Iterator[int]:
    """Serve what a health check is told; gives the port."""

    class Told(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(request.param)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Told)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def _health(**more: object) -> bytes:
    return json.dumps({"ready": True, "version": "1.2", "detail": "", **more}).encode()


def test_ports_that_nobody_has_are_free() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]

    found = ports(Settings(port=free))

    assert found[0].found == f"127.0.0.1:{free} is free"
    assert [each.check for each in found][1:] == ["api port", "ingest port", "scheduler port"]


def test_ports_with_a_bus_has_that_of_a_mirror():
    asked = Settings(bus=BusSettings(url="nats://127.0.0.1:4222"))

    assert ports(asked)[-1].check == "mirror port"


@pytest.mark.parametrize(
    ("told", "verdict", "words"),
    [
        (_health(), "ok", "quantdeck 1.2 runs on"),
        (_health(ready=False, detail="tape is stopped"), "warn", "not ready: tape is stopped"),
        (b"<html>", "warn", "taken by another program"),
    ],
    indirect=["told"],
)
def test_port_that_is_taken_says_by_whom(told: int, verdict: str, words: str) -> None:
    found = port_finding("port", "127.0.0.1", told)

    assert (found.verdict, words in found.found) == (verdict, True)
    assert bool(found.remedy) is (verdict != "ok")


def test_address_of_another_machine_fails() -> None:
    found = port_finding("port", "192.0.2.1", 8050)

    assert (found.verdict, found.remedy) == ("fail", "set host and port in config.yaml")
