"""Files of the needs form: kept although the form has a mistake, and sent in parts that go on after a cut.

Announce with `name`, `size` and `tag` at `…/files/`; the answer says where to send the parts, and how much is there.
Post each part as the body, with `?offset=`; a wrong offset is answered 409 with the right one.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from requests_app import permissions
from requests_app.actions import Refused
from requests_app.domain.files import NotAcceptable, check_announced
from requests_app.forms import FILE_REFUSED
from requests_app.models import AssistanceRequest
from requests_app.writing import actions
from requests_app.writing.models import Upload


def keep_files(request: HttpRequest, asked: AssistanceRequest, form: Any) -> dict[str, list[str]]:
    """Keep the good files of a form that is not saved; what its hidden inputs say of them."""
    keys = {}
    for row in getattr(form, "forms", []):
        if file := getattr(row, "new_file", None):
            file.seek(0)
            name = row.instance.file_name
            kept = actions.keep_file(name, file.read(), owner=request.user, reference=asked.reference)  # type: ignore[arg-type]
            row.show_kept(kept)
            keys[row.add_prefix("upload")] = [kept.key]
    return keys


@require_POST
def file_new(request: HttpRequest, reference: str) -> JsonResponse:
    """Announce a file, or find how much of it is here already."""
    asked = _editable(request, reference)
    name, tag = request.POST.get("name", "")[:200], request.POST.get("tag", "")[:300]
    sent = request.POST.get("size", "")
    size = int(sent) if sent.isdecimal() and len(sent) < 16 else 0
    try:
        check_announced(name, size, max_bytes=settings.UPLOAD_MAX_BYTES)
        upload = actions.start_upload(name, size, owner=request.user, reference=asked.reference, tag=tag)  # type: ignore[arg-type]
    except NotAcceptable as reason:
        return _refused(reason)
    except Refused as refused:
        return JsonResponse({"error": str(refused)}, status=429)
    return _state(upload, status=201)


@require_POST
def file_part(request: HttpRequest, reference: str, key: str) -> JsonResponse:
    """The next part of a file."""
    asked = _editable(request, reference)
    upload = get_object_or_404(Upload, key=key, owner=request.user, reference=asked.reference)
    offset = request.GET.get("offset", "")
    try:
        return _state(actions.append_part(upload, request.body, offset=int(offset) if offset[:15].isdecimal() else -1))
    except actions.WrongOffset as wrong:
        return JsonResponse({"received": wrong.received}, status=409)
    except NotAcceptable as refused:
        actions.drop_upload(upload)
        return _refused(refused)


def _editable(request: HttpRequest, reference: str) -> AssistanceRequest:
    asked = get_object_or_404(AssistanceRequest.objects.visible_to(request.user), reference=reference)
    if not permissions.can_edit(request.user, asked):  # type: ignore[arg-type]
        raise PermissionDenied
    return asked


def _state(upload: Upload, *, status: int = 200) -> JsonResponse:
    address = reverse("requests:file_part", args=[upload.reference, upload.key])
    state = {"key": upload.key, "address": address, "received": upload.received, "is_checked": upload.is_checked}
    return JsonResponse(state, status=status)


def _refused(refused: NotAcceptable) -> JsonResponse:
    return JsonResponse({"error": str(FILE_REFUSED[refused.reason])}, status=422)
