"""What `quantdeck doctor` finds at the ports: free, a quantdeck that runs, or somebody else."""

from __future__ import annotations

import errno
import http.client
import json
import socket
from typing import TYPE_CHECKING

from quantdeck.app.doctor_folder import Finding

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings

_PATIENCE_S = 2.0
_ALONE = (("api port", 8000), ("ingest port", 8010), ("scheduler port", 8020))
_MIRROR = ("mirror port", 8012)


def ports(settings: Settings) -> list[Finding]:
    """Find who listens where the processes of quantdeck do.

    Parameters
    ----------
    settings : Settings
        Address and port of the page; the other processes listen on the same address. A tape is copied
        only from a bus.
    """
    found = [("port", settings.port), *_ALONE, *([_MIRROR] if settings.bus.url else [])]
    return [port_finding(check, settings.host, port) for check, port in found]


def port_finding(check: str, host: str, port: int) -> Finding:
    """Find who listens on a port.

    Parameters
    ----------
    check : str
        What it is called.
    host : str
        Address of this machine.
    port : int
        Port.
    """
    where = f"{host}:{port}"
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return _who(check, where, host, port)
            told, remedy = f"{where}: {error.strerror}", "set host and port in config.yaml"
            if error.errno == errno.EACCES:
                remedy = "ports below 1024 need rights; take another in config.yaml or by --port"
            return Finding(check, "fail", told, remedy)
    return Finding(check, "ok", f"{where} is free")


def _who(check: str, where: str, host: str, port: int) -> Finding:
    # Where every address is listened on, this machine's own is one of them.
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared
    connection = http.client.HTTPConnection(address, port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/health")
        told = json.loads(connection.getresponse().read())
        is_ready, runs = bool(told["ready"]), f"quantdeck {told['version']} runs on {where}"
        detail = str(told["detail"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        remedy = "the next free port is taken, or name one with --port"
        return Finding(check, "warn", f"{where} is taken by another program", remedy)
    finally:
        connection.close()
    if is_ready:
        return Finding(check, "ok", f"{runs}, ready")
    remedy = "quantdeck health tells when it is ready; its log in data_dir/logs tells why it is not"
    return Finding(check, "warn", f"{runs}, not ready: {detail}", remedy)
