"""Sealed files in a bucket of an S3-compatible store, or in a folder that machines mount."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import duckdb
import pyarrow as pa
from pyarrow import fs

from quantdeck.model.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CONNECT_S = 3
_REQUEST_S = 20
_ATTEMPTS = 2
_BLOCK_BYTES = 1 << 20
_MEANINGS = (
    ("ACCESS_DENIED", "it denies access; check the key and its rights"),
    ("403", "it denies access; check the key and its rights"),
    ("INVALID_ACCESS_KEY", "it does not know the key; check AWS_ACCESS_KEY_ID"),
    ("SIGNATURE", "it refuses the key; check AWS_SECRET_ACCESS_KEY"),
    ("NO_SUCH_BUCKET", "there is no such bucket; make it"),
    ("507", "it is full; free room there"),
    ("No space left", "it is full; free room there"),
    ("NETWORK_CONNECTION", "it does not answer; check that it runs and the network"),
    ("curlCode", "it does not answer; check that it runs and the network"),
    ("imeout", "it does not answer in time; check the network"),
    ("SLOW_DOWN", "it is overloaded; it is asked again"),
    ("503", "it is overloaded or starts; it is asked again"),
)


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where a store is, and who asks.

    Parameters
    ----------
    url : str
        ``s3://bucket/prefix``, or ``file:///folder``; without secrets.
    endpoint : str
        ``http://host:port`` or ``https://host`` of a store that is not Amazon's; empty for that.
    region : str
        Of the bucket.
    keys : mapping of str to str
        `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for keys that expire, `AWS_SESSION_TOKEN`.

    Raises
    ------
    ConfigError
        If the address is of another form or holds a secret, or a key is missing.

    Examples
    --------
    >>> StorePlace("file:///mnt/tape").folder
    '/mnt/tape'
    """

    url: str
    endpoint: str = ""
    region: str = "us-east-1"
    keys: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    def __post_init__(self) -> None:
        parts, end = urlsplit(self.url), urlsplit(self.endpoint)
        if parts.query or parts.fragment or "@" in parts.netloc or "@" in end.netloc or end.query:
            raise ConfigError(
                "tape.store.url and tape.store.endpoint take no keys; set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY in the environment or .env"
            )
        is_folder = parts.scheme == "file" and not parts.netloc and len(parts.path) > 1
        if not is_folder and not (parts.scheme == "s3" and parts.netloc):
            raise ConfigError(
                f"tape.store.url is {self.url}; it is s3://bucket/prefix, or file:///folder"
            )
        if self.endpoint and (end.scheme not in {"http", "https"} or not end.netloc):
            raise ConfigError(f"tape.store.endpoint is {self.endpoint}; it is https://host:port")
        missing = [
            n for n in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if not self.keys.get(n)
        ]
        if missing and not is_folder:
            raise ConfigError(
                f"tape.store.url is {self.url}, and {' and '.join(missing)} is not set; set it in the "
                "environment or .env"
            )

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, and not a bucket."""
        return self.url.startswith("file:")

    @property
    def folder(self) -> str:
        """Folder, or bucket and prefix, without a slash at the end."""
        parts = urlsplit(self.url)
        return (unquote(parts.path) if self.is_folder else parts.netloc + parts.path).rstrip("/")

    @property
    def root(self) -> str:
        """Address without a slash at the end."""
        return self.url.rstrip("/")


class ObjectStore:
    """Fulfils `quantdeck.ports.store.Store`.

    Parameters
    ----------
    place : StorePlace
        Where it is. It need not answer yet.
    """

    def __init__(self, place: StorePlace) -> None:
        self._place = place
        self._files = _file_system(place)

    @property
    def url(self) -> str:
        """Where it is."""
        return self._place.root

    def put(self, local: Path, path: str) -> None:
        """Copy a file into the store; see `quantdeck.ports.store.Store`."""
        target = self._whole(path)
        if self._place.is_folder:
            self._link_in(local, Path(target))
            return
        with local.open("rb") as source:
            # Nothing can be seen of it before it is closed.
            try:
                with self._files.open_output_stream(target) as sink:
                    while block := source.read(_BLOCK_BYTES):
                        sink.write(block)
            except (OSError, pa.ArrowException) as error:
                raise self._refusal("written", error) from error

    def open(self, path: str) -> pa.NativeFile:
        """Open a file for reading; see `quantdeck.ports.store.Store`."""
        try:
            return self._files.open_input_file(self._whole(path))
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._refusal("read", error) from error

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files; see `quantdeck.ports.store.Store`."""
        for path in paths:
            try:
                self._files.delete_file(self._whole(path))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._refusal("written", error) from error

    def older(self, folders: Sequence[str], *, before_ns: int) -> list[str]:
        """Return files put before a moment; see `quantdeck.ports.store.Store`."""
        found: list[str] = []
        for folder in folders:
            chosen = fs.FileSelector(self._whole(folder), recursive=True, allow_not_found=True)
            try:
                infos = self._files.get_file_info(chosen)
            except OSError as error:
                raise self._refusal("read", error) from error
            found += [
                info.path[len(self._place.folder) + 1 :]
                for info in infos
                if info.type == fs.FileType.File and (info.mtime_ns or 0) < before_ns
            ]
        return found

    def address(self, path: str) -> str:
        """Return what DuckDB is given; see `quantdeck.ports.store.Store`."""
        named = path.lstrip("/")
        if self._place.is_folder:
            return f"{self._place.folder}/{named}"
        return f"{self._place.root}/{named}"

    def let_read(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make a connection able to read; see `quantdeck.ports.store.Store`."""
        if self._place.is_folder:
            return
        try:
            connection.execute(f"LOAD {_literal(_extension())}")
            connection.execute(self._secret())
        except duckdb.Error:
            # The statement holds the key: nothing of the message may be told.
            raise StoreError(
                f"DuckDB cannot be given access to {self.url}; the packages duckdb "
                f"({duckdb.__version__} here) and duckdb-extension-httpfs must have one version"
            ) from None

    def _secret(self) -> str:
        keys, end = self._place.keys, urlsplit(self._place.endpoint)
        options = {
            "KEY_ID": _literal(keys["AWS_ACCESS_KEY_ID"]),
            "SECRET": _literal(keys["AWS_SECRET_ACCESS_KEY"]),
            "REGION": _literal(self._place.region),
        }
        if token := keys.get("AWS_SESSION_TOKEN"):
            options["SESSION_TOKEN"] = _literal(token)
        if self._place.endpoint:
            options["ENDPOINT"] = _literal(end.netloc)
            options["URL_STYLE"] = "'path'"
            options["USE_SSL"] = "false" if end.scheme == "http" else "true"
        listed = ", ".join(f"{name} {value}" for name, value in options.items())
        return f"CREATE SECRET tape_store (TYPE s3, SCOPE {_literal(self._place.root)}, {listed})"

    def _link_in(self, local: Path, target: Path) -> None:
        temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with local.open("rb") as source, temporary.open("wb") as sink:
                while block := source.read(_BLOCK_BYTES):
                    sink.write(block)
                sink.flush()
                os.fsync(sink.fileno())
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise self._refusal("written", error) from error

    def _whole(self, path: str) -> str:
        return f"{self._place.folder}/{path}"

    def _refusal(self, what: str, error: Exception) -> StoreError:
        return refusal(self._place, what, error)


def refusal(place: StorePlace, what: str, error: Exception) -> StoreError:
    """Return an error of a store for people.

    Parameters
    ----------
    place : StorePlace
        The store.
    what : str
        What failed: ``read`` or ``written``.
    error : Exception
        As the library has it.
    """
    said = str(error)
    known = next((meaning for sign, meaning in _MEANINGS if sign in said), None)
    where = f"{place.root} at {place.endpoint}" if place.endpoint else place.root
    return StoreError(
        f"the store {where} cannot be {what}: {known or ' '.join(said.split())[:300]}"
    )


def _file_system(place: StorePlace) -> fs.FileSystem:
    if place.is_folder:
        return fs.LocalFileSystem()
    end = urlsplit(place.endpoint)
    return fs.S3FileSystem(
        access_key=place.keys["AWS_ACCESS_KEY_ID"],
        secret_key=place.keys["AWS_SECRET_ACCESS_KEY"],
        session_token=place.keys.get("AWS_SESSION_TOKEN") or None,
        region=place.region,
        scheme=end.scheme or "https",
        endpoint_override=end.netloc or None,
        connect_timeout=_CONNECT_S,
        request_timeout=_REQUEST_S,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS),
        check_directory_existence_before_creation=False,
    )


def _extension() -> str:
    try:
        import duckdb_extension_httpfs as packaged  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise ConfigError(
            "tape.store.url is a bucket, and what lets DuckDB read it is not installed; install "
            "quantdeck[scale]"
        ) from error
    found = next(
        iter(Path(packaged.__path__[0]).glob("extensions/*/httpfs.duckdb_extension")), None
    )
    if found is None:
        raise ConfigError(
            "the package duckdb-extension-httpfs holds no extension; install it again"
        )
    return str(found)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def table_address(place: StorePlace, table: str) -> str:
    """Return the address of a table of the store."""
    if place.is_folder:
        return f"{place.folder}/{table}"
    return f"{place.root}/{quote(table)}"
