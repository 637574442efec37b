"""Signing in: by e-mail, for people whom the ISU knows, with limits, a second factor and a trail."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

import ccm_portal.settings
from ccm_portal.accounts.adapter import EncryptedSecretsAdapter
from ccm_portal.accounts.models import AuditEvent, User

pytestmark = pytest.mark.django_db

PASSWORD = "a long pass phrase"


@pytest.fixture(autouse=True)
def clean_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(chad):
    chad.set_password(PASSWORD)
    chad.save()
    return chad


def sign_in(client, email, password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": email, "password": password}, **extra)


def is_signed_in(client):
    return client.get("/dashboard/").status_code == 200


def test_sign_in_by_e_mail_leads_to_the_board(client, person):
    response = sign_in(client, person.email)
    assert response.url == "/dashboard/"
    assert is_signed_in(client)
    assert AuditEvent.objects.get(action="signed in").actor == person


@pytest.mark.parametrize("typed", ["TCD@test.org", " tcd@test.org "])
def test_sign_in_forgives_case_and_blanks(client, person, typed):
    sign_in(client, typed)
    assert is_signed_in(client)


def test_sign_in_leads_back_to_the_page_asked_for(client, person):
    address = client.get("/requests/new/").url
    response = client.post(address, {"login": person.email, "password": PASSWORD})
    assert response.url == "/requests/new/"


def test_sign_in_never_leads_away_from_the_portal(client, person):
    response = client.post("/accounts/login/?next=https://evil.example/", {"login": person.email, "password": PASSWORD})
    assert response.url == "/dashboard/"


@pytest.mark.parametrize(("email", "password"), [("tcd@test.org", "wrong"), ("nobody@test.org", PASSWORD)])
def test_refused_sign_in_says_the_same_for_known_and_unknown_people(client, person, email, password):
    response = sign_in(client, email, password)
    assert response.status_code == 200
    assert "The email address and/or password you specified are not correct." in response.content.decode()
    assert not is_signed_in(client)
    assert AuditEvent.objects.get(action="sign-in refused").subject == email


def test_refused_sign_in_writes_no_password_anywhere(client, person):
    sign_in(client, person.email, "my wrong secret")
    for event in AuditEvent.objects.all():
        assert "my wrong secret" not in f"{event.action} {event.subject} {event.details}"


def test_inactive_person_cannot_sign_in(client, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    sign_in(client, person.email)
    assert not is_signed_in(client)


def test_leaving_ends_the_session(client, person):
    sign_in(client, person.email)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not is_signed_in(client)


def test_sign_up_is_closed(client):
    page = client.get("/accounts/signup/")
    assert "password1" not in page.content.decode()
    client.post("/accounts/signup/", {"email": "new@test.org", "password1": PASSWORD})
    assert not User.objects.filter(email="new@test.org").exists()


def test_after_five_failures_even_the_right_password_waits(person):
    for number in range(5):
        sign_in(Client(), person.email, f"wrong {number}", REMOTE_ADDR=f"192.0.2.{number}")
    client = Client()
    response = sign_in(client, person.email, REMOTE_ADDR="192.0.2.99")
    assert "Too many failed" in response.content.decode()
    assert not is_signed_in(client)


def test_four_failures_are_forgiven(client, person):
    for number in range(4):
        sign_in(client, person.email, f"wrong {number}")
    sign_in(client, person.email)
    assert is_signed_in(client)


def test_one_persons_failures_do_not_lock_out_another(client, person, norway):
    for number in range(5):
        sign_in(Client(), norway.email, "wrong", REMOTE_ADDR=f"192.0.2.{number}")
    sign_in(client, person.email, REMOTE_ADDR="192.0.2.50")
    assert is_signed_in(client)


def test_one_address_cannot_try_many_people(person):
    for number in range(10):
        sign_in(Client(), f"guess{number}@test.org", "wrong", REMOTE_ADDR="192.0.2.7")
    client = Client()
    response = sign_in(client, person.email, REMOTE_ADDR="192.0.2.7")
    assert response.status_code == 429 or "Too many failed" in response.content.decode()
    assert not is_signed_in(client)


def test_failures_count_across_processes():
    """The limits live in the cache, so the cache is one that all processes share."""
    assert ccm_portal.settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


def test_limits_work_in_the_shared_cache(person, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "test_cache"}}
    call_command("createcachetable", verbosity=0)
    for number in range(5):
        sign_in(Client(), person.email, "wrong", REMOTE_ADDR=f"192.0.2.{number}")
    client = Client()
    sign_in(client, person.email)
    assert not is_signed_in(client)


def test_sign_out_takes_a_post(client, person):
    sign_in(client, person.email)
    client.get("/accounts/logout/")
    assert is_signed_in(client)
    response = client.post("/accounts/logout/")
    assert response.url == "/"
    assert not is_signed_in(client)


def test_reset_mail_leads_to_a_new_password(client, person, mailoutbox):
    client.post("/accounts/password/reset/", {"email": person.email})
    (mail,) = mailoutbox
    assert mail.to == [person.email]
    path = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mail.body)[1]
    form = client.get(path, follow=True)
    new = "quite another pass phrase"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    client.post("/accounts/logout/")
    sign_in(client, person.email)
    assert not is_signed_in(client)
    sign_in(client, person.email, new)
    assert is_signed_in(client)


def test_reset_link_works_once(client, person, mailoutbox):
    client.post("/accounts/password/reset/", {"email": person.email})
    path = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mailoutbox[0].body)[1]
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "one more phrase", "password2": "one more phrase"})
    again = Client().get(path, follow=True)
    assert "password1" not in again.content.decode()


def test_reset_tells_nobody_who_has_an_account(client, person, mailoutbox):
    known = client.post("/accounts/password/reset/", {"email": person.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@test.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert {mail.to[0] for mail in mailoutbox} <= {person.email, "nobody@test.org"}
    assert "reset/key" not in "".join(mail.body for mail in mailoutbox if mail.to == ["nobody@test.org"])


def test_weak_password_is_refused(client, person):
    sign_in(client, person.email)
    for weak in ("short", "password123", "tcd@test.org"):
        data = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        assert "errorlist" in client.post("/accounts/password/change/", data).content.decode()


def test_only_the_isu_changes_a_persons_address(client, person):
    sign_in(client, person.email)
    assert client.get("/accounts/email/").status_code in {403, 404}


# --- second factor ---


def activate(client):
    """Confirm the password, as the portal asks, and set up the second factor."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    return secret


def test_second_factor_is_set_up_only_after_the_password_is_given_again(client, person):
    sign_in(client, person.email)
    assert client.get(reverse("mfa_activate_totp")).url.startswith("/accounts/reauthenticate/")


def test_second_factor_secret_is_stored_encrypted(client, person):
    sign_in(client, person.email)
    secret = activate(client)
    totp = Authenticator.objects.get(user=person, type="totp")
    assert secret not in str(totp.data)
    assert EncryptedSecretsAdapter().decrypt(totp.data["secret"]) == secret
    codes = Authenticator.objects.get(user=person, type="recovery_codes")
    assert EncryptedSecretsAdapter().decrypt(codes.data["seed"])


def test_second_factor_is_asked_for(person):
    client = Client()
    sign_in(client, person.email)
    activate(client)
    other = Client()
    response = sign_in(other, person.email)
    assert response.url == reverse("mfa_authenticate")
    assert not is_signed_in(other)
    other.post(response.url, {"code": "000000"})
    assert not is_signed_in(other)


def test_keys_rotate(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    adapter = EncryptedSecretsAdapter()
    settings.MFA_ENCRYPTION_KEYS = [old]
    kept = adapter.encrypt("secret")
    settings.MFA_ENCRYPTION_KEYS = [new, old]
    assert adapter.decrypt(kept) == "secret"
    assert adapter.decrypt(adapter.encrypt("another")) == "another"


def test_admin_has_no_door_of_its_own(client):
    response = client.get("/admin/")
    assert response.status_code == 302
    assert client.get(response.url).url.startswith("/accounts/login/")
