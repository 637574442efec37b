"""A server that dies in the middle of a submission leaves no request or a whole one, never half of one."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from e2e.server import ROOT, SERVER_ALONE, environment, free_port, wait_until_ready

ROUNDS = 8
#: Of every request that this test submitted: what belongs to it.
LOOK = """
import json
from ccm_portal.accounts.models import AuditEvent, OutboxMail
from requests_app.models import AssistanceRequest
print(json.dumps({
    r.title: {
        "status": r.status, "numbered": r.reference.startswith("LAO-"), "areas": r.areas.count(),
        "evidence": r.evidence.count(), "events": r.events.count(),
        "audit": sorted(AuditEvent.objects.filter(subject=r.reference).values_list("action", flat=True)),
        "mails": OutboxMail.objects.filter(subject__contains=r.reference).count() > 0,
    } for r in AssistanceRequest.objects.filter(title__startswith="Killed ")
}))
"""
AUDITED = ["request numbered", "request saved", "request: submit"]
WHOLE = {
    "status": "submitted", "numbered": True, "areas": 1, "evidence": 1, "events": 1, "audit": AUDITED, "mails": True,
}  # fmt: skip


class Visitor:
    """A focal point with a session, and nothing that a browser would add."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        return self.opener.open(f"{self.url}{path}", timeout=20).read().decode()

    def post(self, path: str, **data: object) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path))
        assert token
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **data}, doseq=True).encode()
        request = urllib.request.Request(f"{self.url}{path}", body, {"Referer": f"{self.url}{path}"})
        return str(self.opener.open(request, timeout=20).geturl())


class Server:
    """A server of its own process group, so that a kill takes its workers along."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url, log = f"http://127.0.0.1:{port}", folder / f"killed-{port}.log"
        command = [sys.executable, *SERVER_ALONE, "--bind", f"127.0.0.1:{port}"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(folder, port),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        wait_until_ready(self.url, self.process, log)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def submit(visitor: Visitor, number: int) -> str:
    return visitor.post(
        "/requests/new/", title=f"Killed {number}", areas="clearance", challenge="Rain.", requirement="Two teams.",
        kinds="technical", channel="coordinators", inform_coordinators="on", visibility="coordinators_isu", submit="1",
        **{"evidence-TOTAL_FORMS": 1, "evidence-INITIAL_FORMS": 0, "evidence-0-claim": "Area", "evidence-0-source":
           "Survey", "evidence-0-dated": "2026-01-31"},
    )  # fmt: skip


def stored(folder: Path) -> dict[str, dict[str, object]]:
    shell = [sys.executable, "manage.py", "shell", "-v0", "-c", LOOK]
    found = subprocess.run(shell, cwd=ROOT, env=environment(folder, 0), capture_output=True, text=True, check=True)
    return json.loads(found.stdout)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration that nobody else looks at."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "manage.py", "demo", "--no-server"]
    subprocess.run(command, cwd=ROOT, env=environment(folder, 0), check=True, capture_output=True)
    return folder


def test_killed_server_leaves_no_request_or_a_whole_one(folder: Path) -> None:
    answered: set[str] = set()
    usual = 0.2
    for number in range(ROUNDS):
        server = Server(folder)
        try:
            visitor = Visitor(server.url)
            visitor.post("/accounts/login/", login="lao@example.org", password="demo-portal")
            if number == 0:  # undisturbed: how long it takes, and that it works at all
                start = time.monotonic()
                assert "/requests/LAO-" in submit(visitor, number)
                usual = time.monotonic() - start
                answered.add("Killed 0")
                continue

            def try_to_submit(visitor: Visitor = visitor, number: int = number) -> None:
                try:
                    submit(visitor, number)
                    answered.add(f"Killed {number}")
                except (urllib.error.URLError, OSError):
                    pass

            attempt = threading.Thread(target=try_to_submit)
            attempt.start()
            time.sleep(usual * (0.3 + number / ROUNDS))  # from while the form is read to just after the answer
            server.kill()
            attempt.join()
        finally:
            if server.process.poll() is None:
                server.kill()
    found = stored(folder)
    print(f"{usual:.2f} s a submission; {len(answered)} answered, {len(found)} stored, of {ROUNDS}")
    assert answered <= set(found)
    for title, facts in found.items():
        assert facts == WHOLE, title
