"""How allauth behaves here: no sign-up, sign-ins on the audit trail, second-factor secrets encrypted."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

from ccm_portal.accounts.actions import record_event


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by ISU staff; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        record_event("signed in", by=user)
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        record_event("sign-in refused", by=None, subject=credentials.get("email", ""))
        super().authentication_failed(request, **credentials)


class EncryptedSecretsAdapter(DefaultMFAAdapter):
    """Stores second-factor secrets encrypted; keys rotate by putting the new one first."""

    def _fernet(self) -> MultiFernet:
        derived = base64.urlsafe_b64encode(hashlib.sha256(b"mfa:" + settings.SECRET_KEY.encode()).digest())
        return MultiFernet([Fernet(key) for key in settings.MFA_ENCRYPTION_KEYS or [derived]])

    def encrypt(self, text: str) -> str:
        return self._fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._fernet().decrypt(encrypted_text.encode()).decode()
