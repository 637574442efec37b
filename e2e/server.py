"""Starts the demonstration as `make demo` does, in a folder and on a port of its own, and always stops it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ["manage.py", "demo"]
SERVER_ALONE = ["-m", "gunicorn", "ccm_portal.wsgi", "--workers", "1", "--threads", "4", "--log-level", "warning"]
READY_WITHIN = 300  # seconds: a slow machine migrates, loads the register and makes the examples


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """What the server sees: nothing of the test run's own settings, and PostgreSQL only where it was asked for."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    if database := os.environ.get("E2E_DATABASE_URL"):
        kept["DATABASE_URL"] = database
    return {**kept, "VAR_DIR": str(folder), "PORT": str(port), **more}


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until the health check answers; a server that ended or never answered is reported with its last words."""
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The demonstration did not start (exit {process.poll()}):\n{log.read_text()[-2000:]}")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end, then insist."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def demonstration(folder: Path, *, serve_only: bool = False, **more: str) -> Iterator[str]:
    """The address of a running demonstration; `serve_only` serves a folder that another one has prepared."""
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", folder / f"server-{port}.log"
    command = [*SERVER_ALONE, "--bind", f"127.0.0.1:{port}"] if serve_only else DEMO
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment(folder, port, **more), stdout=out, stderr=out
        )
        try:
            wait_until_ready(url, process, log)
            yield url
        finally:
            stop(process)
