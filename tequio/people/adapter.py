"""How django-allauth fits the house: nobody signs up by themselves, and its mail goes through the outbox."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from tequio.notices.actions import post
from tequio.people.actions import address_works
from tequio.people.models import Account


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Account, **how: Any) -> HttpResponse:
        """A code that came by mail shows that the address works."""
        address_works(user.email)
        return super().post_login(request, user, **how)  # type: ignore[no-any-return]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        name = template_prefix.rpartition("/")[2]
        template = {"login_code": "sign_in_code"}.get(name, "sign_in_unknown")
        post(template, to=email, language=get_language() or "es", context={"code": context.get("code", "")})
