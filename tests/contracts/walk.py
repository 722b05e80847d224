"""Walks every URL as every role."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.contracts.bodies import BODIES, NEEDS, NUMBER, QUERIES, Body, given
from tests.contracts.roles import OFFICERS, ROLES, Args, Role
from tests.contracts.world import World

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
WRONG = "2" * 20
REF = "mx-zzzzzzzz"
FOLLOW = (REF, WRONG)
AT = (NUMBER,)
MISSING: dict[str, Args] = {
    "ask_sent": (NUMBER, WRONG),
    "ask_confirm": (NUMBER, WRONG),
    "ask_kind": ("mx", "no-such-kind"),
    **{
        f"follow{act}": FOLLOW
        for act in (
            "",
            *(f"_{act}" for act in "withdraw reply contest outcome agree dispute appeal mute".split()),
        )
    },
    "member": (NUMBER, WRONG),
    "mute": (NUMBER, "lapses", WRONG),
    "mute_one_click": (NUMBER, "lapses", WRONG),
    "leg_link": (REF, 1, NUMBER, WRONG),
    "follow_file": (REF, WRONG, NUMBER),
    "leg_link_file": (REF, 1, NUMBER, WRONG, NUMBER),
    "follow_mail": (REF, WRONG, NUMBER),
    "follow_mail_piece": (REF, WRONG, NUMBER, NUMBER),
    "leg_link_mail": (REF, 1, NUMBER, WRONG, NUMBER),
    "leg_link_mail_piece": (REF, 1, NUMBER, WRONG, NUMBER, NUMBER),
    "desk_bulk": AT,
    "desk_office": AT,
    "owed": AT,
    "owed_one": (NUMBER, NUMBER),
    "agreements_at": AT,
    "agreement_new": AT,
    "agreement_at": (NUMBER, "no-such-agreement"),
    "promises": AT,
    "mutes": AT,
    "mandates": AT,
    "absences": AT,
    "absence": (NUMBER, NUMBER),
    "closures": AT,
    "members": AT,
    "templates": AT,
    "template_new": AT,
    "template": (NUMBER, NUMBER),
    "notes": AT,
    "office_mail": AT,
    "hand_over": AT,
    "books": AT,
    "book": (NUMBER, NUMBER),
    "book_pdf": (NUMBER, NUMBER),
    "reviews": AT,
    "leg": (NUMBER, REF, 1),
    "leg_file": (NUMBER, REF, 1, NUMBER),
    "invitation": (NUMBER, WRONG),
    "organisation": ("no-such-organisation",),
    "entry_point": ("no-such-office",),
    "entry_record": ("no-such-office",),
    "find_desk": ("mx", "no-such-kind"),
    "pulse": ("zz",),
    "pulse_gaps": ("zz",),
    "pulse_csv": ("zz",),
    "pulse_place": ("mx", "zz"),
    "chart": ("0" * 64,),
    "recall": (NUMBER, WRONG),
    "agreement": ("no-such-agreement",),
    "government": AT,
}
# Public pages of something that is nobody's own.
SHOWN: dict[str, Args] = {
    "ask_kind": ("mx", "school-talk"),
    "find_desk": ("mx", "school-talk"),
    "pulse": ("mx",),
    "pulse_gaps": ("mx",),
    "pulse_csv": ("mx",),
    "pulse_place": ("mx", "de"),
}
PUBLIC = {*SHOWN, "organisation", "entry_point", "entry_record", "agreement", "government", "chart"}
BY_QUERY = {"desk_bulk"}
# Pages of one thing behind a key: where the key stands among the parts of their address.
BEHIND_KEY = {
    "follow_file": -2,
    "leg_link_file": -2,
    "follow_mail": -2,
    "leg_link_mail": -2,
    "follow_mail_piece": -3,
    "leg_link_mail_piece": -3,
}
NOT_SIGNED_IN = "not signed in"


@dataclass(frozen=True)
class Url:
    name: str
    route: str
    parameters: tuple[str, ...]

    @property
    def at_office(self) -> bool:
        return "office" in self.parameters

    @property
    def in_office(self) -> bool:
        """Whether it is the page of one thing of an office."""
        return self.at_office and len(self.parameters) > 1

    @property
    def relations(self) -> list[str]:
        if not self.parameters and self.name not in BY_QUERY:
            return ["page"]
        return ["own", "another's", *(["vacant"] if self.at_office else []), "missing"]


def urls(patterns: list[Any] | None = None, before: str = "", seen: set[str] | None = None) -> Iterator[Url]:
    """Every URL that the resolver knows, once for each route, in Spanish."""
    seen = set() if seen is None else seen
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from urls(each.url_patterns, route, seen)
        elif isinstance(each, URLPattern) and route not in seen:
            seen.add(route)
            yield Url(str(each.name), route, tuple(re.findall(r"<(?:\w+:)?(\w+)>", route)))


@dataclass(frozen=True)
class Seen:
    """An answer: its code as the table has it, what it wrote, and all that a reader saw where nothing was theirs.

    `blind`: it asked the database nothing, so it cannot depend on who asks, nor for what.
    """

    status: int
    code: str
    wrote: frozenset[str]
    body: bytes
    headers: tuple[tuple[str, str], ...]
    blind: bool


NOISE = re.compile(
    rb'nonce="[^"]+"|(name="csrfmiddlewaretoken" value=|"X-CSRFToken": ?)"\w+"|value="[\w-]{24}"'
)
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


def seen(response: HttpResponse, path: str, wrote: set[str], *, blind: bool) -> Seen:
    """What differs between two answers that should be one is taken out: nonces, tokens, the page's own URL."""
    sign_in = response.status_code == 302 and response.headers["Location"].startswith(
        reverse("account_login")
    )
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    body = NOISE.sub(b"", response.content) if response.status_code >= 300 else b""
    for form in sorted({path, escape(path), quote(path, safe=""), quote(path)}, key=len, reverse=True):
        body = body.replace(form.encode(), b"PATH")
        headers = {name: value.replace(form, "PATH") for name, value in headers.items()}
    policy = re.sub(r"'nonce-[^']+'", "", headers.get("Content-Security-Policy", ""))
    kept = tuple(sorted({**headers, "Content-Security-Policy": policy}.items()))
    code = "sign in" if sign_in else str(response.status_code)
    return Seen(response.status_code, code + ("*" if wrote else ""), frozenset(wrote), body, kept, blind)


class Quick(Client):
    """A client that keeps no cookies of answers and no templates' contexts: a third of the time."""

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))


class Walk:
    """`table`: for each URL, object and role, what each method was answered; several for a POST of many acts."""

    def __init__(self, world: World) -> None:
        self.world, self.urls = world, sorted(urls(), key=lambda url: url.route)
        self.clients = {name: self._client(role) for name, role in world.roles.items()}
        self.table: dict[tuple[str, str, str], dict[str, Seen]] = defaultdict(dict)
        self.requests = 0
        self.known: dict[tuple[str, ...], Seen] = {}
        self.trespassed: dict[tuple[str, str, str], str] = {}
        self.wrong_keys: dict[tuple[Any, ...], str] = {}
        self.untokened: dict[tuple[str, str], int] = {}
        self.aside: dict[tuple[str, ...], str] = {}

    def _client(self, role: Role) -> Quick:
        client = Quick()
        if role.account:
            client.force_login(role.account)
        return client

    def go(self) -> None:
        for url in self.urls:
            for role in ROLES:
                for relation in url.relations:
                    for method in METHODS:
                        self._ask(url, self.world.roles[role], relation, method)
        self._trespass()
        self._forget_tokens()
        self._try_keys()
        self._look_aside()

    def _ask(self, url: Url, role: Role, relation: str, method: str) -> None:
        acts = BODIES.get(url.name, {"": given()}) if method == "POST" else {"": given()}
        if relation in ("missing", "vacant"):
            acts = dict(list(acts.items())[:1])
        for act, body in acts.items():
            args = self.args(url, role, relation, act)
            if args is not None:
                data = body(self.world, args) if method == "POST" else {}
                label = f"{method} {act}".strip()
                row = self.table[url.name, relation, role.name]
                row[label] = self.send(role.name, method, self.path(url, args), data, url.name)

    def path(self, url: Url, args: Args) -> str:
        query = QUERIES[url.name](self.world, args) if url.name in QUERIES else ""
        return reverse(url.name, args=() if url.name in BY_QUERY else args) + query

    def args(self, url: Url, role: Role, relation: str, act: str = "") -> Args | None:
        """The path's parameters for this role and object; None where the role has nothing of the kind."""
        key = NEEDS.get((url.name.removesuffix("_link"), act), "")
        if relation == "page":
            return ()
        if relation == "own":
            return role.own.get(url.name + key)
        if relation == "vacant":
            return self._at_vacant(url)
        others = self.others(url, role, key)
        if relation == "missing":
            return (others[0], *MISSING[url.name][1:]) if url.in_office else MISSING[url.name]
        return others

    def _at_vacant(self, url: Url) -> Args:
        """The same page at the office that nobody holds; of its books the last, of other things none."""
        office = self.world.vacant
        if url.name in ("book", "book_pdf"):
            return office.pk, office.books.latest("pk").pk
        if url.name == "leg":
            leg = office.legs.latest("pk")
            return office.pk, leg.case.ref, leg.number
        return office.pk, *MISSING[url.name][1:]

    def others(self, url: Url, role: Role, key: str = "") -> Args:
        """Somebody else's object: as the role might forge it, with its own office or its own key."""
        if url.name in role.forged and not key:
            return role.forged[url.name]
        if url.name in SHOWN:
            return SHOWN[url.name]
        mine, theirs = role.own.get(url.name + key), self.theirs(url, role, key)
        if url.in_office:
            return (mine or theirs)[0], *theirs[1:]
        if at := BEHIND_KEY.get(url.name):
            return *theirs[:at], mine[at] if mine else WRONG, *theirs[at + 1 :]
        if "key" in url.parameters:
            return *theirs[:-1], mine[-1] if mine else WRONG
        return theirs

    def theirs(self, url: Url, role: Role, key: str = "") -> Args:
        """The object of the first role that has another one, which is not this role's too."""
        mine = role.own.get(url.name + key)
        owners = [
            each.own[url.name + key] for each in self.world.roles.values() if url.name + key in each.own
        ]
        strange = (args for args in owners if (url.name, args[-1]) not in role.shared)
        return next((args for args in strange if not mine or args[0] != mine[0]), owners[0])

    def send(self, role: str, method: str, path: str, data: dict[str, Any], name: str) -> Seen:
        """One request, whose effect is taken back. Who is not signed in is one and the same to the hub; what asks the
        database nothing is one for everybody, whatever the object; and a HEAD is a GET, so one that a GET was refused
        is not asked for again.
        """
        who = role if self.world.roles[role].account else NOT_SIGNED_IN
        blind, whole = (
            (NOT_SIGNED_IN if who == NOT_SIGNED_IN else "", method, name),
            (who, method, path, str(data)),
        )
        for key in (blind, whole):
            if key in self.known:
                return self.known[key]
        if (
            method == "HEAD"
            and (got := self.known.get((who, "GET", path, "{}")))
            and got.status not in (200, 405)
        ):
            return got
        found = self._send(role, method, path, data)
        if method == "GET":
            self.known[whole] = found
        if found.blind and method not in ("GET", "HEAD", "POST"):
            self.known[blind] = found
        elif who == NOT_SIGNED_IN:
            self.known[whole] = found
        return found

    def _send(self, role: str, method: str, path: str, data: dict[str, Any]) -> Seen:
        client, wrote, asked = self.clients[role], set[str](), list[str]()
        self.requests += 1

        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            asked.append(sql)
            if found := WRITES.match(sql):
                wrote.add(found.group(1))
            return execute(sql, params, many, context)

        with transaction.atomic():
            with connection.execute_wrapper(watch):
                response: Any = client.generic(method, path) if method != "POST" else client.post(path, data)
            transaction.set_rollback(True)
        return seen(response, path, wrote, blind=not asked)

    def _trespass(self) -> None:
        """Every thing of another office at its own address, for the officers: looked at, and acted on."""
        for url in (each for each in self.urls if each.in_office):
            for name in (*OFFICERS.values(), "deputy"):
                theirs = self.theirs(url, self.world.roles[name])
                sent = [("GET", {}), *(("POST", body(self.world, theirs)) for body in self._first(url))]
                for method, data in sent:
                    found = self.send(name, method, self.path(url, theirs), data, url.name)
                    self.trespassed[url.name, name, method] = found.code

    def _first(self, url: Url) -> list[Body]:
        """The first thing that can be sent to the URL, if any."""
        return list(BODIES.get(url.name, {}).values())[:1]

    def _forget_tokens(self) -> None:
        """Every form of these roles, without the token against forgery."""
        names = (
            "coordinating office",
            "deputy",
            "visitor",
            *(name for name in ROLES if name.startswith("bearer")),
        )
        for name in (*names, "officer of the chapter", "member of the chapter"):
            strict = Quick(enforce_csrf_checks=True)
            strict.cookies = self.clients[name].cookies
            for url in self.urls:
                relation = "page" if url.relations == ["page"] else "own"
                args = self.args(url, self.world.roles[name], relation)
                if args is not None and url.name in BODIES:
                    with transaction.atomic():
                        code = strict.post(self.path(url, args), {}).status_code
                        transaction.set_rollback(True)
                    self.untokened[url.name, name] = code

    def _try_keys(self) -> None:
        """Every kind of link with two keys of every kind, its own owner's apart."""
        keyed = (url for url in self.urls if "key" in url.parameters and url.name not in BEHIND_KEY)
        routes = {url.name: url for url in keyed}
        owned = sorted((url, args) for role in self.world.roles.values() for url, args in role.own.items())
        made: dict[str, list[Args]] = defaultdict(list)
        for name, args in owned:
            if name.partition("#")[0] in routes and args[-1] not in {each[-1] for each in made[name]}:
                made[name].append(args)
        keys = {args[-1] for several in made.values() for args in several[:2]}
        for name, (args, *_rest) in made.items():
            url = routes[name.partition("#")[0]]
            for key in sorted(keys - {args[-1]}):
                path = self.path(url, (*args[:-1], key))
                self.wrong_keys[name, args, key] = self.send("visitor", "GET", path, {}, url.name).code

    def _look_aside(self) -> None:
        """What the table has no line for: both legs of an ask that was passed on, and an agreement not signed yet."""
        ref = self.world.stories["chapter-berlin", "passed-on"].case.ref
        for slug in ("chapter-berlin", "mesa", "chapter-madrid"):
            for number in (1, 2):
                path = reverse("leg", args=(self.world.offices[slug].pk, ref, number))
                name = OFFICERS[slug]
                self.aside[name, f"leg {number}"] = self.send(name, "GET", path, {}, "leg").code
        proposed = self.world.kept["chapter-berlin"].proposed
        assert proposed is not None
        path = reverse("agreement", args=(proposed.slug,))
        for name in ROLES:
            self.aside[name, "proposed"] = self.send(name, "GET", path, {}, "agreement").code
