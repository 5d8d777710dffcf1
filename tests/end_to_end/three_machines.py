"""What docs/how-to/three-machines.md sets up: capture, bus and database; two nodes; nginx in front."""

from __future__ import annotations

import http.client
import json
import os
import re
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from quantdeck.app.settings import load
from quantdeck.app.tape_parts import tape_reader
from quantdeck.model.events import Kind
from tests.end_to_end.deck_process import Answer
from tests.scale.machines import Machines, add_settings, nginx_program, until
from tests.scale.nats_server import NatsServer
from tests.scale.postgres_server import PostgresServer
from tests.scale.weed_server import WeedServer

if TYPE_CHECKING:
    from pathlib import Path

NODES = ("two", "three")
STORE = "store"
PASSWORD = "seven blue lanterns"  # noqa: S105 - of nobody
TOPIC = "dashboard.symbols"
_KINDS = (Kind.AGG_TRADE, Kind.QUOTE, Kind.MARK)
_CODE = re.compile(r"/signup#([\w-]+)")


class Site:
    """Three machines, set up as the how-to says, and somebody who is logged in.

    Parameters
    ----------
    folder : Path
        Of all of them.
    """

    def __init__(self, folder: Path) -> None:
        self.machines = Machines(folder)
        self.nats: NatsServer | None = None
        self.postgres: PostgresServer | None = None
        self.store: WeedServer | None = None
        self.cookie = ""
        self._environ = dict(os.environ)
        try:
            self._begin(folder)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.machines.close()
        if self.nats is not None:
            self.nats.kill()
        if self.postgres is not None:
            self.postgres.remove()
        if self.store is not None:
            self.store.kill()
        os.environ.clear()
        os.environ.update(self._environ)

    @property
    def url(self) -> str:
        """Address that people know."""
        return f"http://{self.machines.place('one', 8080)}"

    def ask(self, path: str, body: Any = None, *, node: str = "") -> Answer:
        """Ask for a path through nginx, or a node of its own."""
        place = self.machines.place(node, 8050) if node else self.machines.place("one", 8080)
        # By the name that its machine has in the example.
        host = f"{node}:8050" if node else place
        connection = http.client.HTTPConnection(place, timeout=30)
        try:
            headers = {"Cookie": self.cookie, "Host": host}
            if body is not None:
                headers |= {"Content-Type": "application/json", "Origin": f"http://{host}"}
            sent = None if body is None else json.dumps(body)
            connection.request("GET" if body is None else "POST", path, sent, headers)
            answer = connection.getresponse()
            if found := answer.headers["Set-Cookie"]:
                self.cookie = found.partition(";")[0]
            return Answer(answer.status, answer.read())
        finally:
            connection.close()

    def until_whole(self) -> None:
        """Wait until both copies have what was captured up to now, and check that nothing is twice."""
        now_ns = time.time_ns()
        for node in NODES:
            until(lambda node=node: self._lacks(node, now_ns) == 0, f"the copy of {node}")
        for name in ("one", *NODES):
            twice = [key for key, count in self._keys(name, now_ns).items() if count > 1]
            assert twice == [], name

    def captured(self) -> int:
        """Return how many rows the machine that captures has on its tape."""
        return self._keys("one", time.time_ns()).total()

    def until_stored(self) -> None:
        """Wait until the store has what was captured up to now, and check that nothing is twice."""
        now_ns = time.time_ns()
        until(lambda: self._lacks(STORE, now_ns) == 0, "the store")
        twice = [key for key, count in self._keys(STORE, now_ns).items() if count > 1]
        assert twice == []

    def stored(self) -> int:
        """Return how many rows a machine without a tape finds in the store."""
        return self._keys(STORE, time.time_ns()).total()

    def health_of_capture(self) -> str:
        """Return what the process that captures says of itself."""
        connection = http.client.HTTPConnection(f"127.0.0.1:{self._health_port}", timeout=30)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def _lacks(self, node: str, until_ns: int) -> int:
        # The copy first: what it has by then, the other has as well.
        here = self._keys(node, until_ns)
        there = self._keys("one", until_ns)
        assert not here - there, "a copy has what was never captured"
        return (there - here).total()

    def _keys(self, name: str, until_ns: int) -> Counter[tuple[Any, ...]]:
        machine = self.machines["one" if name == STORE else name]
        settings = load(machine.folder / "config.yaml", environ={})
        # Who has no tape reads the store, and nothing else.
        folder = machine.folder / ("no-tape" if name == STORE else "data")
        reader = tape_reader(settings, folder, demo=False)
        found: Counter[tuple[Any, ...]] = Counter()
        for kind in _KINDS:
            table = reader.table(
                kind, columns=["source", "symbol", "ingest_run_id", "ts_event", "seq", "ts_recv"]
            )
            rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
            found.update((kind, *row[:-1]) for row in rows if _ns(row[-1]) <= until_ns)
        return found

    def _begin(self, folder: Path) -> None:
        one = self.machines["one"]
        nginx = nginx_program()
        self.nats = NatsServer(folder / "nats", host=one.address)
        self.postgres = PostgresServer(one.address)
        self.postgres.start()
        self._make_database()
        self.store = WeedServer(folder / "weed", host=one.address)
        # What a person has in the environment of every machine.
        os.environ.update(self.store.keys())
        self.machines.name_port("one", 8333, int(self.store.endpoint.rpartition(":")[2]))
        self.machines.name_port("one", 4222, self.nats.port)
        self.machines.name_port("one", 5432, self.postgres.port)
        self.machines.name_port("one", 8080, one.free_port())
        self._configure()
        self.sim = self.machines.quantdeck("one", "sim", "binance", "--port", self._sim_port)
        self._health_port = one.free_port()
        self.ingest = self.machines.quantdeck("one", "ingest", "--port", self._health_port)
        self.nodes = {name: self.machines.quantdeck(name, "web", "--no-open") for name in NODES}
        self.mirrors = {name: self.machines.quantdeck(name, "mirror") for name in NODES}
        self.schedulers = {
            name: self.machines.quantdeck(name, "scheduler", "--port", 0) for name in NODES
        }
        conf = self.machines.lay_out("one", "nginx.conf")
        if not self.machines.is_apart:
            text = conf.read_text()
            conf.write_text(text.replace("listen ", f"listen {one.address}:"))
        port = self.machines.place("one", 8080).rpartition(":")[2]
        conf.write_text(conf.read_text().replace("8080;", f"{port};"))
        # nginx writes below its prefix, which is root's alone here.
        as_we = ["-g", "user root; daemon off;"] if self.machines.is_root else ["-g", "daemon off;"]
        self.nginx = self.machines.run("one", nginx, "-p", str(one.folder), "-c", str(conf), *as_we)
        self._sign_up()

    def _make_database(self) -> None:
        import psycopg

        assert self.postgres is not None
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute("CREATE ROLE deck LOGIN")
            connection.execute("CREATE DATABASE deck OWNER deck")

    def _configure(self) -> None:
        one = self.machines["one"]
        self._sim_port = one.free_port()
        feed = {
            "symbols": ["BTCUSDT"],
            "rest_url": f"http://127.0.0.1:{self._sim_port}",
            "ws_url": f"ws://127.0.0.1:{self._sim_port}",
        }
        # Often, so that a test need not wait for the night.
        schedule = {"retention": {"when": "every 2 s"}, "detect": {"enabled": False}}
        for machine in self.machines:
            names = {"10.0.0.1": one.address}
            if not self.machines.is_apart:
                names["host: 0.0.0.0"] = f"host: {machine.address}"
            self.machines.lay_out(machine.name, "config.yaml", **names)
            # Sealed soon, so that a test need not wait for a quarter of an hour.
            further = {"feeds": {"binance_usdm": feed}, "schedule": schedule}
            add_settings(machine, {**further, "tape": {"roll_seconds": 5}})

    def _sign_up(self) -> None:
        node = self.nodes["two"]
        until(
            lambda: _CODE.search(node.said()) or not node.is_running(),
            "the code of the first account",
        )
        assert node.is_running(), node.said()[-2000:]
        found = _CODE.search(node.said())
        assert found is not None
        until(lambda: self.ask("/health").status in {200, 503}, "a node behind nginx")
        body = {"code": found[1], "name": "ann", "password": PASSWORD}
        answer = self.ask("/api/v1/signup", body)
        assert answer.status == 200, answer.body
        assert self.sim.is_running(), self.sim.said()


class Viewer:
    """A page of somebody: one stream through nginx, begun anew whenever it ends.

    Parameters
    ----------
    site : Site
        Whom it looks at.
    """

    def __init__(self, site: Site) -> None:
        self._place = site.machines.place("one", 8080)
        self._cookie = site.cookie
        self._ending = threading.Event()
        self.connections = 0
        self.fresh_at = 0.0
        self._thread = threading.Thread(target=self._look, name="viewer")
        self._thread.start()

    def close(self) -> None:
        self._ending.set()
        self._thread.join(60)

    def until_live(self, what: str) -> float:
        """Wait until a price that is new comes, and return how long that took. [s]"""
        asked = time.monotonic()
        until(lambda: self.fresh_at > asked, f"{what}: no live price")
        return self.fresh_at - asked

    def _look(self) -> None:
        while not self._ending.is_set():
            try:
                self._read()
            except (OSError, WebSocketException):
                self._ending.wait(0.2)

    def _read(self) -> None:
        place = self._place
        with connect(
            f"ws://{place}/api/v1/stream",
            additional_headers={"Cookie": self._cookie},
            origin=f"http://{place}",
            open_timeout=5,
            ping_interval=2,
            ping_timeout=5,
        ) as socket:
            self.connections += 1
            socket.send(json.dumps({"op": "sub", "topic": TOPIC, "hz": 5}))
            while not self._ending.is_set():
                try:
                    message = json.loads(socket.recv(timeout=1))
                except TimeoutError:
                    continue
                if message.get("topic") == TOPIC and _is_live(message):
                    self.fresh_at = time.monotonic()


def _is_live(message: dict[str, Any]) -> bool:
    rows = message.get("data", {}).get("rows", ())
    return any(row.get("state") == "live" for row in rows)


def _ns(value: Any) -> int:
    return value if isinstance(value, int) else int(value.timestamp() * 1e9)
