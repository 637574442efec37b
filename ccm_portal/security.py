"""Response headers that tell the browser what a page may do.

The policy stands in `SECURE_CSP`, the setting of Django 6; delete this bridge when the project moves to 6.2.
"""

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def build_policy(policy: Mapping[str, str | Sequence[str]]) -> str:
    """The header text of a policy given as Django 6 gives it."""
    return "; ".join(
        " ".join([directive, *([values] if isinstance(values, str) else values)])
        for directive, values in policy.items()
    )


class SecurityHeadersMiddleware:
    """Sends the content security policy, and switches off device features that no page uses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.headers = {
            "Content-Security-Policy": build_policy(settings.SECURE_CSP),
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response
