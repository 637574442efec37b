"""The only writers of what belongs to a request while it is written. A step is saved in one transaction with the
request's version; what cannot be part of the request yet is kept for its writer."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from ccm_portal.accounts.models import User
from requests_app.actions import Refused, save_request
from requests_app.domain.files import NotAcceptable, check_announced, safe_name
from requests_app.help_desk.actions import move_page
from requests_app.models import AssistanceRequest
from requests_app.scanning import check_and_scan
from requests_app.writing.models import Unsaved, Upload, Writing, hidden_name

NOT_KEPT = ("csrfmiddlewaretoken", "go", "save", "submit", "mark", "seen", "version", "step")
EVIDENCE_FILE = re.compile(r"(evidence-\d{1,2})-file")  # the input of a row of evidence
UPLOADS_AT_ONCE = 40  # of one person
FORGET_UPLOADS, FORGET_UNSAVED = timedelta(days=7), timedelta(days=90)


class WrongOffset(Exception):
    """A part of a file that does not follow on what is here; `received` says where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


def save_step(
    request: AssistanceRequest,
    step: str,
    *,
    by: User,
    changes: Mapping[str, Any],
    expected_version: int | None,
    also: Callable[..., object] | None = None,
    submit_on: date | None = None,
) -> AssistanceRequest:
    """Save what one step changed, or the whole form, and what it writes elsewhere (`also`); note how far the writing
    is. With `submit_on`, submit it, and without a `step` as it stands. One transaction, that of `save_request`; raises
    what it raises."""
    begun_as = request.reference

    def write_more() -> None:
        if also:
            also(by=by)
        _note_progress(request, step, begun_as)
        if step:
            forget_unsaved(by, begun_as, step)
        if request.reference != begun_as:
            move_page(f"/requests/{begun_as}/", request.get_absolute_url())

    return save_request(
        request, by=by, expected_version=expected_version, submit_on=submit_on, also=write_more, **changes
    )


def _note_progress(request: AssistanceRequest, step: str, begun_as: str) -> None:
    writing = getattr(request, "writing", None) or Writing(request=request, draft_reference=begun_as)
    noted = writing.last_step, writing.saved_steps
    if step:
        noted = step, sorted({*writing.saved_steps, step})
    if writing.pk is None or noted != (writing.last_step, writing.saved_steps):
        writing.last_step, writing.saved_steps = noted
        writing.save()


def keep_unsaved(owner: int, reference: str, step: str, typed: Mapping[str, list[str]], *, at: datetime) -> Unsaved:
    """Keep what a person typed in a step, in the place of what was kept before."""
    data = {
        name: [value.replace("\x00", "") for value in values]  # no database keeps a NUL in JSON
        for name, values in typed.items()
        if name not in NOT_KEPT
    }
    kept, _created = Unsaved.objects.update_or_create(
        owner_id=owner, reference=reference, step=step, defaults={"data": data, "at": at}
    )
    return kept


def forget_unsaved(owner: User, reference: str, step: str) -> None:
    """What was kept is part of the request now, or its writer lets it go."""
    Unsaved.objects.filter(owner=owner, reference=reference, step=step).delete()


# --- files ------------------------------------------------------------------------------------------------------------


def keep_file(name: str, content: bytes, *, owner: User, reference: str) -> Upload:
    """Keep a file that came with a form that has a mistake elsewhere; it was checked by then."""
    upload = start_upload(name, len(content), owner=owner, reference=reference)
    upload.file.save(hidden_name(name), ContentFile(content), save=False)
    upload.received, upload.is_checked = upload.size, True
    upload.save()
    return upload


def keep_sent(
    files: Mapping[str, "UploadedFile[Any]"], *, owner: int, reference: str
) -> tuple[dict[str, list[str]], list[str]]:
    """Keep the files of evidence that came after a session had ended, each checked and scanned, for the person who had
    opened the form: only the text kept for that person names them. The hidden inputs that say so, and the names of the
    files that are not kept."""
    keys: dict[str, list[str]] = {}
    lost: list[str] = []
    person = User.objects.filter(pk=owner, is_active=True).first()
    room = UPLOADS_AT_ONCE - Upload.objects.filter(owner=owner, reference=reference).count()
    for name, file in files.items():
        row = EVIDENCE_FILE.fullmatch(name)
        try:
            if person is None or row is None or len(keys) >= room:
                raise NotAcceptable("size")
            check_announced(file.name or "", file.size or 0, max_bytes=settings.UPLOAD_MAX_BYTES)
            content = file.read()
            check_and_scan(file.name or "", content)
            keys[f"{row[1]}-upload"] = [keep_file(file.name or "", content, owner=person, reference=reference).key]
        except (NotAcceptable, Refused):
            lost.append(safe_name(file.name or ""))
    return keys, lost


def start_upload(name: str, size: int, *, owner: User, reference: str, tag: str = "") -> Upload:
    """Announce a file that comes in parts, or find the one that was cut off."""
    begun = Upload.objects.filter(owner=owner, reference=reference, is_checked=False)
    if tag and (upload := begun.filter(tag=tag, size=size).first()):
        return upload
    if begun.count() >= UPLOADS_AT_ONCE:
        raise Refused(_("Too many files are on their way at once."))
    name, key = safe_name(name), secrets.token_urlsafe(32)
    return Upload.objects.create(key=key, owner=owner, reference=reference, name=name, size=size, tag=tag)


@transaction.atomic
def append_part(upload: Upload, part: bytes, *, offset: int) -> Upload:
    """Add the next part of a file. Raises WrongOffset where it does not follow on what is here."""
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    if offset != locked.received or offset + len(part) > locked.size:
        raise WrongOffset(locked.received)
    if not locked.file:
        locked.file.save(hidden_name(locked.name), ContentFile(b""), save=False)
    with locked.file.storage.open(str(locked.file), "r+b") as file:
        file.seek(offset)
        file.truncate()  # what a killed server had written and not noted
        file.write(part)
    locked.received += len(part)
    locked.save()
    return locked


def check_whole(upload: Upload) -> Upload:
    """Look into a file that has arrived whole; only then it counts. Raises NotAcceptable, and keeps nothing of it."""
    with upload.file.storage.open(str(upload.file), "rb") as file:
        content = file.read()
    try:
        check_and_scan(upload.name, content)
    except NotAcceptable:
        drop_upload(upload)
        raise
    upload.is_checked = True
    upload.save(update_fields=["is_checked"])
    return upload


def take_over(uploads: Iterable[Upload]) -> None:
    """The files are evidence now: only the rows of their way here go."""
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()


def drop_upload(upload: Upload) -> None:
    """Remove a file that was refused or that nobody came back for."""
    upload = Upload.objects.get(pk=upload.pk)
    if upload.file:
        upload.file.delete(save=False)
    upload.delete()


def forget_old(now: datetime) -> int:
    """Drop files and texts that nobody came back for. Returns how many files."""
    old = list(Upload.objects.filter(created_at__lt=now - FORGET_UPLOADS))
    for upload in old:
        drop_upload(upload)
    Unsaved.objects.filter(at__lt=now - FORGET_UNSAVED).delete()
    return len(old)
