"""A person appears at their first mandate, linked by the address that they confirmed."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from tequio.kernel import clock
from tequio.people.models import Account, Person


def person_for_address(address: str, *, name: str, language: str, zone: str) -> Person:
    """The person who signs in with `address`; made, with a verified address, when there is none yet."""
    address = address.strip().lower()
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",), no_key=True).filter(email=address).first()
        if account is None:
            account = Account.objects.create_user(address)
        EmailAddress.objects.get_or_create(
            user=account, email=address, defaults={"verified": True, "primary": True}
        )
        if account.person is None:
            account.person = Person.objects.create(name=name, language=language, zone=zone)
            account.save(update_fields=["person"])
    return account.person


def address_broke(address: str) -> Account | None:
    """Notes that mail to an address comes back; returns its account, if it has one that was not known as broken."""
    found = Account.objects.select_for_update(of=("self",), no_key=True).filter(
        email=address.strip().lower(), broken_since=None
    )
    account = found.first()
    if account:
        account.broken_since = clock.now()
        account.save(update_fields=["broken_since"])
    return account


def address_works(address: str, *, since: datetime | None = None) -> Account | None:
    """Notes that an address works again; `since`: when what shows it was sent, so that nothing older does."""
    found = Account.objects.select_for_update(of=("self",), no_key=True).filter(
        email=address.strip().lower(), broken_since__isnull=False
    )
    account = (found.filter(broken_since__lt=since) if since else found).first()
    if account:
        account.broken_since = None
        account.save(update_fields=["broken_since"])
    return account


def change_person(person: Person, *, name: str, language: str, zone: str) -> Person:
    person.name, person.language, person.zone = name, language, zone
    person.save(update_fields=["name", "language", "zone"])
    return person
