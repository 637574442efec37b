"""What every test starts from: the real register, loaded once; people of each role; a fixed day."""

import gc
from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from ccm_portal.accounts.enums import Role
from ccm_portal.accounts.models import Appointment, User
from ccm_portal.register.known import Writes, known_register
from ccm_portal.register.models import Office, OfficeTerm, Organisation, State
from ccm_portal.register.picking import known_names
from reports.finding import known_library
from requests_app.queries import known_support, known_words
from requests_app.shares.models import known_rates
from requests_app.waiting.models import known_limits
from tests.prepared import prepare

# The same histories on every machine; a busy one fails none of them.
settings.register_profile(
    "portal", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("portal")


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_modify_db_settings, django_db_blocker) -> None:  # type: ignore[no-untyped-def]
    """A database with the register in it, in place of the empty one of pytest-django; `--create-db` makes it anew."""
    run = getattr(request.config, "workerinput", {}).get("testrunuid", uuid4().hex)
    with django_db_blocker.unblock():
        prepare(made_for_run=run if request.config.getvalue("create_db") else "")


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looked through again and again for garbage it would slow every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def forget_what_is_kept() -> None:
    """What a process keeps of the database, so that the next reader asks again."""
    known_register.forget()
    forget_all_but_the_register()


def forget_all_but_the_register() -> None:
    known_support.forget()
    known_limits.forget()
    known_rates.forget()
    known_words.forget()
    known_names.forget()
    known_library.forget()


@pytest.fixture(autouse=True)
def register_as_it_is(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test sees the register or the supporters of the one before. The register is read again only where somebody
    wrote to it, or may have done so unseen: read for every test it took a tenth of the suite."""
    forget_all_but_the_register()
    is_unseen = "records_of_the_class" in request.fixturenames
    if is_unseen:
        known_register.forget()
    with connection.execute_wrapper(writes := Writes()):
        yield
    if is_unseen or writes.seen:
        known_register.forget()


@pytest.fixture(scope="class")
def records_of_the_class(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For fixtures whose records all tests of a class read: a transaction around those of the tests, which end with
    their test as ever. Each worker that runs some of the class makes the records once."""
    with django_db_blocker.unblock(), transaction.atomic():
        forget_what_is_kept()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def today() -> date:
    """The day on which most tests play."""
    return date(2026, 11, 21)


def person(email: str, role: str | None = None, *, office: str = "", state: str = "", organisation: str = "") -> User:
    """A person who holds one role; an office gets a term of the State that holds it."""
    user = User.objects.create_user(email, "pw", name=email.split("@")[0])
    if role:
        post = Appointment(user=user, role=role, starts=date(2020, 1, 1))
        post.state = State.objects.get(pk=state) if state else None
        post.organisation = Organisation.objects.get(code=organisation) if organisation else None
        if office:
            post.office = Office.objects.get(code=office)
            OfficeTerm.objects.get_or_create(office=post.office, state=post.state, starts=date(2024, 9, 14))
        post.save()
    return user


@pytest.fixture
def lao(db: None) -> User:
    return person("lao@test.org", Role.FOCAL_POINT, state="LAO")


@pytest.fixture
def chad(db: None) -> User:
    return person("tcd@test.org", Role.FOCAL_POINT, state="TCD")


@pytest.fixture
def norway(db: None) -> User:
    return person("nor@test.org", Role.FOCAL_POINT, state="NOR")


@pytest.fixture
def usa(db: None) -> User:
    return person("usa@test.org", Role.FOCAL_POINT, state="USA")


@pytest.fixture
def npa(db: None) -> User:
    return person("npa@test.org", Role.PARTNER, organisation="NPA")


@pytest.fixture
def coordinator(db: None) -> User:
    office = "coordinator-on-international-cooperation-and-assistance"
    return person("coordinator@test.org", Role.COORDINATOR, office=office, state="CHE")


@pytest.fixture
def isu(db: None) -> User:
    user = person("isu@test.org", Role.ISU)
    user.is_staff = True
    user.save()
    return user


@pytest.fixture
def observer(db: None) -> User:
    return person("observer@test.org", Role.OBSERVER)


@pytest.fixture
def as_user(db: None) -> Iterator[object]:
    """`as_user(person)` gives a signed-in client."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return sign_in  # type: ignore[return-value]


@pytest.fixture
def health(db: None) -> User:
    """A national author of Chad."""
    return person("health@test.org", Role.AUTHOR, state="TCD")
