"""A file that waits on the server between its preview and its load, under a random name that only the person's session
knows."""

import secrets
import shutil
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest

KEPT_SECONDS = 60 * 60


class WaitingFile:
    """The file that a person has previewed on one page (`slot`), and what they were shown of it (`agreed`)."""

    def __init__(self, request: HttpRequest, slot: str) -> None:
        self.session, self.slot = request.session, slot

    @property
    def _pending(self) -> dict[str, str]:
        pending: dict[str, str] = self.session.get(self.slot) or {}
        return pending

    @property
    def name(self) -> str:
        return self._pending.get("name", "")

    @property
    def agreed(self) -> str:
        return self._pending.get("agreed", "")

    @property
    def path(self) -> Path | None:
        """Where it waits; None where nothing waits, or for too long."""
        if not self._pending:
            return None
        path = _folder() / self._pending["token"] / self._pending["name"]
        is_there = path.exists() and time.time() - path.stat().st_mtime <= KEPT_SECONDS
        return path if is_there else None

    def keep(self, file: Any) -> Path:
        """Put an uploaded file where the load will find it; what others left behind long ago goes."""
        self.forget()
        for old in _folder().glob("*"):
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
        token = secrets.token_urlsafe(24)
        path = _folder() / token / file.name
        path.parent.mkdir(parents=True)
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        self.session[self.slot] = {"token": token, "name": file.name, "agreed": ""}
        return path

    def agree(self, shown: str) -> None:
        """Note what the person was shown: only that is loaded."""
        self.session[self.slot] = self._pending | {"agreed": shown}

    def forget(self) -> None:
        """Nothing waits any more."""
        if pending := self.session.pop(self.slot, None):
            shutil.rmtree(_folder() / pending["token"], ignore_errors=True)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"
