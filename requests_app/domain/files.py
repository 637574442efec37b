"""Whether an uploaded file is what it claims to be. No active content: documents, pictures and plain tables only."""

import io
import zipfile
from pathlib import PurePath

SIGNATURES = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
}
OFFICE_PARTS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
MAX_DECLARATION = 1_000_000  # bytes; real ones have a few thousand, and a bomb unpacks to gigabytes
TEXT_TYPES = (".csv", ".txt")
ALLOWED = (*SIGNATURES, *OFFICE_PARTS, *TEXT_TYPES)


class NotAcceptable(Exception):
    """A file that is refused; `reason` says why, as a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_file(name: str, content: bytes, *, max_bytes: int) -> None:
    """Raises NotAcceptable: `type` is not allowed, `size` is over the limit, `empty`, or `content` is not what the
    name claims."""
    check_announced(name, len(content), max_bytes=max_bytes)
    if not _content_fits(PurePath(name).suffix.lower(), content):
        raise NotAcceptable("content")


def check_announced(name: str, size: int, *, max_bytes: int) -> None:
    """What can be refused before a file is sent: its type and its size."""
    if PurePath(name).suffix.lower() not in ALLOWED:
        raise NotAcceptable("type")
    if size <= 0:
        raise NotAcceptable("empty")
    if size > max_bytes:
        raise NotAcceptable("size")


def _content_fits(suffix: str, content: bytes) -> bool:
    if suffix in SIGNATURES:
        return content.startswith(SIGNATURES[suffix])
    if suffix in OFFICE_PARTS:
        return _is_office_document(content, OFFICE_PARTS[suffix])
    return _is_text(content)


def _is_office_document(content: bytes, part: str) -> bool:
    """A ZIP with the part that makes it a Word or Excel file, and no macros."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        if archive.getinfo("[Content_Types].xml").file_size > MAX_DECLARATION:
            return False
        declared = archive.read("[Content_Types].xml").lower()
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError):
        return False
    names = archive.namelist()
    has_macros = b"macroenabled" in declared or b"vbaproject" in declared or any("vba" in n.lower() for n in names)
    return part in names and not has_macros


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not text.lstrip().startswith("<")


def safe_name(name: str) -> str:
    """The name to offer when the file is downloaded: letters, digits, dot, dash and underscore, at most 100."""
    path = PurePath(name.replace("\\", "/").split("/")[-1])
    stem = "".join(c if c.isalnum() or c in "-_" else "_" for c in path.stem)[:90] or "file"
    return f"{stem}{path.suffix.lower()}"
