"""Every file that somebody sends is checked, and scanned where a scanner is set, before it is stored.

`SCANNER` is the dotted path of a function `(name, content) -> finding`, or a command that reads the file from its
standard input and exits 0 (clean), 1 (infected) or anything else (could not tell), as `clamdscan --no-summary -` does.
"""

import shlex
import subprocess
from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from requests_app.domain.files import NotAcceptable, check_file

PATIENCE = 60  # seconds
INFECTED = 1  # exit code


def check_and_scan(name: str, content: bytes) -> None:
    """Raises NotAcceptable as `check_file` does, or for `infected`, or `unscanned` where the scanner cannot be asked: a
    file that nobody could look at is not taken."""
    check_file(name, content, max_bytes=settings.UPLOAD_MAX_BYTES)
    if not settings.SCANNER:
        return
    try:
        finding = _scanner(settings.SCANNER)(name, content)
    except Exception as error:  # whatever went wrong in the scanner
        raise NotAcceptable("unscanned") from error
    if finding:
        raise NotAcceptable("infected")


def _scanner(setting: str) -> Callable[[str, bytes], object]:
    if " " in setting or "/" in setting:
        return lambda name, content: _run(setting, content)
    scan: Callable[[str, bytes], object] = import_string(setting)
    return scan


def _run(command: str, content: bytes) -> bool:
    done = subprocess.run(shlex.split(command), input=content, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603  # the operator's own setting
    if done.returncode not in (0, INFECTED):
        raise OSError(done.stderr.decode(errors="replace")[:200])
    return done.returncode == INFECTED
