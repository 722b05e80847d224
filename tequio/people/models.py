"""People known to the hub, and their way to sign in."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from tequio.kernel import clock


class Person(models.Model):
    """A human being: the name as they write it, a language and a zone; nothing more."""

    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, default="es")
    zone = models.CharField(max_length=64, default="America/Mexico_City")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """Brings the person along: every page of somebody signed in needs both."""

    def get_queryset(self) -> "models.QuerySet[Account]":
        return super().get_queryset().select_related("person")

    def create_user(self, email: str, **fields: Any) -> "Account":
        account = self.model(email=email.strip().lower(), **fields)
        account.set_unusable_password()
        account.save(using=self._db)
        return account

    def create_superuser(self, email: str, **fields: Any) -> "Account":
        return self.create_user(email, is_staff=True, is_superuser=True, **fields)


class Account(AbstractBaseUser, PermissionsMixin):
    """A way to sign in, by a code sent to its address. `broken_since`: mail to it comes back."""

    email = models.EmailField(max_length=254, unique=True)
    person = models.OneToOneField(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="account"
    )
    broken_since = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return f"{settings.AUTH_USER_MODEL} {self.pk}"
