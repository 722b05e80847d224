"""Walks every URL as every role, and draws the table of what was answered."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.contracts.roles import OFFICERS, ROLES, Args, Role, World

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
OBJECTS = ("page", "own", "another's", "missing")
UNKNOWN, KNOWN = set(ROLES[:3]), set(ROLES[3:])
WRONG = "2" * 20
NUMBER = 9_999_999
MISSING: dict[str, Args] = {
    "ask_sent": (NUMBER, WRONG),
    "ask_confirm": (NUMBER, WRONG),
    "ask_kind": ("mx", "no-such-kind"),
    "follow": ("mx-zzzzzzzz", WRONG),
    "follow_withdraw": ("mx-zzzzzzzz", WRONG),
    "follow_reply": ("mx-zzzzzzzz", WRONG),
    "follow_outcome": ("mx-zzzzzzzz", WRONG),
    "leg_link": ("mx-zzzzzzzz", 1, NUMBER, WRONG),
    "desk_office": (NUMBER,),
    "promises": (NUMBER,),
    "mandates": (NUMBER,),
    "leg": (NUMBER, "mx-zzzzzzzz", 1),
    "invitation": (NUMBER, WRONG),
    "organisation": ("no-such-organisation",),
    "entry_point": ("no-such-office",),
}
PUBLIC = {"ask_kind", "organisation", "entry_point"}
KEY = {"key": "0123456789abcdef"}
WORDS = "Con gusto, a las nueve."
Body = Callable[[World, Args], dict[str, Any]]


def given(**fields: Any) -> Body:
    return lambda world, args: {**KEY, **fields}


def answer(act: str, **fields: Any) -> Body:
    return lambda world, args: {
        "act": act,
        **{f"{act}-{name}": each for name, each in (KEY | fields).items()},
    }


def slug_of(world: World, args: Args) -> str:
    """The office of the path: its own number, or that of the ask; the chapter's where the path has no such."""
    numbers = {office.pk: slug for slug, office in world.offices.items()}
    refs = {story.case.ref: slug for (slug, _state), story in world.stories.items()}
    return next((known[arg] for arg in args for known in (numbers, refs) if arg in known), "chapter-berlin")


def of_office(which: str, *, other: bool = False) -> Body:
    """A body that names a promise, mandate or invitation of the path's office, or of another."""

    def body(world: World, args: Args) -> dict[str, Any]:
        slug = slug_of(world, args)
        if other:
            slug = next(each for each in OFFICERS if each != slug)
        promise = world.offices[slug].entry_point.promises.get(withdrawn_at=None)
        numbers = {
            "promise": promise.pk,
            "mandate": world.mandates[slug].pk,
            "invited": world.invited[slug].pk,
        }
        return {"end" if which == "mandate" else "withdraw": numbers[which]}

    return body


def pass_on(world: World, args: Args) -> dict[str, Any]:
    to = world.offices["embassy-de" if slug_of(world, args) == "mesa" else "mesa"]
    return answer("pass-on", to=to.pk, reason="full")(world, args)


def sign(world: World, args: Args) -> dict[str, Any]:
    kind = world.offices[slug_of(world, args)].entry_point.promises.get(withdrawn_at=None).kind.slug
    return {"sign": kind, f"{kind}-days": 12, f"{kind}-valid_until": "2027-06-01"}


ANSWERS: dict[str, Body] = {
    "accept": answer("accept", what=WORDS, due_on="2026-12-20"),
    "decline": answer("decline", reason="full"),
    "pass on": pass_on,
    "question": answer("question", question=WORDS),
    "undo": given(act="undo"),
}
INVITE = given(act="invite", role="deputy", address="new@example.org", language="es")
ASK = given(region="MX-OAX", school="Escuela 9", name="Luz", address="luz@example.org", text=WORDS)
PERSON = given(name="Luz", language="es", zone="America/Mexico_City")
BODIES: dict[str, dict[str, Body]] = {
    "ask_kind": {"": ASK},
    "ask_links": {"": lambda world, args: {"address": world.stories["agency", "open"].case.ask.address}},
    "ask_sent": {"": given(address="mended@example.org")},
    "ask_confirm": {"": given()},
    "follow_reply": {"": given(text=WORDS)},
    "follow_withdraw": {"": given()},
    "follow_outcome": {"": given(happened="yes")},
    "leg": ANSWERS,
    "leg_link": ANSWERS,
    "promises": {
        "sign": sign,
        "withdraw": of_office("promise"),
        "withdraw another's": of_office("promise", other=True),
    },
    "mandates": {
        "invite": INVITE,
        "end": of_office("mandate"),
        "end another's": of_office("mandate", other=True),
        "withdraw": of_office("invited"),
        "withdraw another's": of_office("invited", other=True),
    },
    "invite": {"": given(role="holder", address="new@example.org", language="es")},
    "invitation": {"": PERSON},
    "me": {"": PERSON},
    "account_login": {"": given(email="nobody@example.org")},
    "account_confirm_login_code": {"": given(code="ABC123")},
    "account_logout": {"": given()},
}
QUERIES = {"invite": "?organisation=institute"}
FORGED_BODIES = {"withdraw another's", "end another's"}


@dataclass(frozen=True)
class Url:
    name: str
    route: str
    parameters: tuple[str, ...]


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
    """An answer: its code as the table has it, whether it wrote to the database, and all that a reader saw."""

    status: int
    code: str
    wrote: frozenset[str]
    body: bytes
    headers: tuple[tuple[str, str], ...]


NOISE = re.compile(
    rb'nonce="[^"]+"|(name="csrfmiddlewaretoken" value=|"X-CSRFToken": ?)"\w+"|value="[\w-]{24}"'
)
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


def seen(response: HttpResponse, path: str, wrote: set[str]) -> Seen:
    """What differs between two answers that should be one is taken out: nonces, tokens, the page's own URL."""
    sign_in = response.status_code == 302 and response.headers["Location"].startswith(
        reverse("account_login")
    )
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    body = NOISE.sub(b"", response.content)
    for form in sorted({path, quote(path, safe=""), quote(path)}, key=len, reverse=True):
        body = body.replace(form.encode(), b"PATH")
        headers = {name: value.replace(form, "PATH") for name, value in headers.items()}
    policy = re.sub(r"'nonce-[^']+'", "", headers.get("Content-Security-Policy", ""))
    kept = tuple(sorted({**headers, "Content-Security-Policy": policy}.items()))
    code = "sign in" if sign_in else str(response.status_code)
    return Seen(response.status_code, code + ("*" if wrote else ""), frozenset(wrote), body, kept)


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
        self.unknown: dict[tuple[str, str, str], Seen] = {}
        self.wrong_keys: dict[tuple[Any, ...], str] = {}
        self.untokened: dict[tuple[str, str], int] = {}
        self.passed_on: dict[tuple[str, int], str] = {}

    def _client(self, role: Role) -> Quick:
        client = Quick()
        if role.account:
            client.force_login(role.account)
        return client

    def go(self) -> None:
        for url in self.urls:
            for role in ROLES:
                for relation in ["own", "another's", "missing"] if url.parameters else ["page"]:
                    for method in METHODS:
                        self._ask(url, self.world.roles[role], relation, method)
        self._forget_tokens()
        self._try_keys()
        self._pass_on()

    def _forget_tokens(self) -> None:
        """Every form of the coordinating office, the deputy and the visitor, without the token against forgery."""
        for name in ("coordinating office", "deputy", "visitor"):
            strict = Quick(enforce_csrf_checks=True)
            strict.cookies = self.clients[name].cookies
            for url in self.urls:
                args = self.args(url, self.world.roles[name], "own" if url.parameters else "page")
                if args is not None and url.name in BODIES:
                    self.untokened[url.name, name] = strict.post(self.path(url, args), {}).status_code

    def _try_keys(self) -> None:
        """Every link with the key of every other."""
        routes = {url.name: url for url in self.urls if "key" in url.parameters}
        owned = {(url, args) for role in self.world.roles.values() for url, args in role.own.items()}
        made = sorted((url, args) for url, args in owned if url in routes)
        for url, args in made:
            for key in {other[-1] for _url, other in made} - {args[-1]}:
                path = self.path(routes[url], (*args[:-1], key))
                self.wrong_keys[url, args, key] = self.send("visitor", "GET", path, {}).code

    def _pass_on(self) -> None:
        """The two legs of an ask that the chapter passed on to the coordinating office, as their officers see them."""
        ref = self.world.stories["chapter-berlin", "passed-on"].case.ref
        for slug in ("chapter-berlin", "mesa", "chapter-madrid"):
            for number in (1, 2):
                path = reverse("leg", args=(self.world.offices[slug].pk, ref, number))
                self.passed_on[OFFICERS[slug], number] = self.send(OFFICERS[slug], "GET", path, {}).code

    def _ask(self, url: Url, role: Role, relation: str, method: str) -> None:
        acts = BODIES.get(url.name, {"": given()}) if method == "POST" else {"": given()}
        if relation == "missing":
            acts = dict(list(acts.items())[:1])
        for act, body in acts.items():
            args = self.args(url, role, relation, act)
            if args is not None:
                data = body(self.world, args) if method == "POST" else {}
                label = f"{method} {act}".strip()
                row = self.table[url.name, relation, role.name]
                row[label] = self.send(role.name, method, self.path(url, args), data)

    def path(self, url: Url, args: Args) -> str:
        return reverse(url.name, args=args) + QUERIES.get(url.name, "")

    def args(self, url: Url, role: Role, relation: str, act: str = "") -> Args | None:
        """The path's parameters for this role and object; None where the role has nothing of the kind."""
        key = "#undo" if act == "undo" else ""
        if relation == "page":
            return ()
        if relation == "own":
            return role.own.get(url.name + key)
        others = self.others(url, role, key)
        if relation == "another's" or url.name not in ("leg", *PUBLIC):
            return others if relation == "another's" else MISSING[url.name]
        return (others[0], *MISSING["leg"][1:]) if url.name == "leg" else MISSING[url.name]

    def others(self, url: Url, role: Role, key: str = "") -> Args:
        """Somebody else's object: as the role might forge it, with its own office or its own key."""
        if url.name in role.forged and not key:
            return role.forged[url.name]
        if url.name == "ask_kind":
            return "mx", "school-talk"
        mine = role.own.get(url.name + key)
        owners = [
            each.own[url.name + key] for each in self.world.roles.values() if url.name + key in each.own
        ]
        theirs = next((args for args in owners if not mine or args[0] != mine[0]), MISSING[url.name])
        if url.name == "leg":
            return (mine or theirs)[0], *theirs[1:]
        if isinstance(theirs[-1], str) and len(theirs[-1]) == len(WRONG) and "key" in url.parameters:
            return *theirs[:-1], mine[-1] if mine else WRONG
        return theirs

    def send(self, role: str, method: str, path: str, data: dict[str, Any]) -> Seen:
        """One request, whose effect is taken back. Who is not signed in is one and the same to the hub."""
        self.requests += 1
        if self.world.roles[role].account:
            return self._send(role, method, path, data)
        request = method, path, str(data)
        if request not in self.unknown:
            self.unknown[request] = self._send(role, method, path, data)
        return self.unknown[request]

    def _send(self, role: str, method: str, path: str, data: dict[str, Any]) -> Seen:
        client, wrote = self.clients[role], set[str]()

        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if found := WRITES.match(sql):
                wrote.add(found.group(1))
            return execute(sql, params, many, context)

        with transaction.atomic(), connection.execute_wrapper(watch):
            response: Any = client.generic(method, path) if method != "POST" else client.post(path, data)
            transaction.set_rollback(True)
        return seen(response, path, wrote)


def cell(row: dict[str, Seen], method: str) -> str:
    """The code of a method; of a POST of several acts each, unless all are answered alike.

    What is missing is sent the first act alone.
    """
    codes = {
        label.removeprefix("POST").strip(): each.code
        for label, each in row.items()
        if label.startswith(method)
    }
    if len(set(codes.values())) == 1:
        return next(iter(codes.values()))
    return ", ".join(f"{act} {code}" for act, code in codes.items())


def who(names: list[str]) -> str:
    """The roles of a row, those that stand together by one name."""
    if len(names) == len(ROLES):
        return "everybody"
    left, said = set(names), []
    if left >= UNKNOWN:
        said, left = ["not signed in"], left - UNKNOWN
    if missing := KNOWN - left:
        if len(missing) < 4 and left:
            return "; ".join([*said, f"signed in, but not {' nor '.join(sorted(missing))}"])
    elif left:
        return "; ".join([*said, "signed in"])
    if len(left & set(OFFICERS.values())) == len(OFFICERS):
        said, left = [*said, "officers"], left - set(OFFICERS.values())
    return "; ".join([*said, *(name for name in ROLES if name in left)])


def render(walk: Walk) -> str:
    """The table as docs/permissions.md has it: roles that are answered alike share a row."""
    lines = [HEAD.format(urls=len(walk.urls), requests=walk.requests)]
    for url in walk.urls:
        lines += [
            f"\n## `/{url.route}`",
            "",
            f"| {url.name} | who | {' | '.join(METHODS)} |",
            "|---" * 9 + "|",
        ]
        for relation in OBJECTS:
            rows: dict[tuple[str, ...], list[str]] = defaultdict(list)
            for role in ROLES:
                if row := walk.table.get((url.name, relation, role)):
                    rows[tuple(cell(row, method) for method in METHODS)].append(role)
            lines += [f"| {relation} | {who(names)} | {' | '.join(cells)} |" for cells, names in rows.items()]
    return "\n".join(lines) + "\n"


HEAD = """\
# Who may do what

Generated by `make permissions` from the URL resolver: {urls} URLs, {requests} requests. Do not edit. A test fails
when the hub answers otherwise; a changed line is a changed permission, to be read as such in review.

`*`: something was written to the database (and taken back). `sign in`: sent to the sign-in page. *own*: an object that
belongs to the role; *another's*: a real object of somebody else, asked for with the role's own office or the best key
that it has; *missing*: no such object; *page*: a page without an object. A role that has nothing of the kind has no
row under *own*. An act named "another's" names somebody else's mandate, promise or invitation in a form on that page.

Roles: there are no memberships yet, so members, and a school's contact beside the link of their ask, are signed-in
persons without a mandate. The bearer of a desk's link is not signed in and has an invitation too. The operator is a
superuser of the database without a person. *Not signed in*: visitor and the bearers of links; *signed in*: the
others; *officers*: of the chapter, another chapter, a post, an agency, a university, and of the coordinating office.

Not here: `/static/`, which is public files without parameters; the demo's pages, which exist in demo mode alone. Each
URL exists in English under `/en/` with the same view. `healthz` says 503 because no worker runs beside the walk.
"""
