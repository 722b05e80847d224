"""What the walk sends: for every URL that takes a POST, the acts that it knows, each with a body that does it."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tequio.circuit.models import Reply
from tests.contracts.roles import OFFICERS, Args
from tests.contracts.stories import ADVISERS
from tests.contracts.things import VACANT, Kept
from tests.contracts.world import World

KEY = {"key": "0123456789abcdef"}
WORDS = "Con gusto, a las nueve."
NUMBER = 9_999_999
SOON, LATER, LATEST = "2026-11-26", "2026-12-20", "2027-06-01"
ANOTHER = " another's"
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
    refs = {story.case.ref: story.slug for story in world.stories.values()}
    return next((known[arg] for arg in args for known in (numbers, refs) if arg in known), "chapter-berlin")


def other_than(slug: str) -> str:
    return next(each for each in OFFICERS if each != slug)


def named(name: str, pick: Callable[[World, str], Any], *, other: bool = False, **fields: Any) -> Body:
    """A body in which `name` is a thing of the path's office, or of another office."""

    def body(world: World, args: Args) -> dict[str, Any]:
        slug = slug_of(world, args)
        return {**fields, name: pick(world, other_than(slug) if other else slug)}

    return body


def thing(name: str) -> Callable[[World, str], int]:
    """Picks by number what the office keeps under `name`."""

    def pick(world: World, slug: str) -> int:
        found: Kept = world.kept[slug]
        number: int = getattr(found, name).pk
        return number

    return pick


def promise(world: World, slug: str) -> int:
    kind = world.own_kind(slug)
    number: int = world.offices[slug].entry_point.promises.get(withdrawn_at=None, kind__slug=kind).pk
    return number


def sign(world: World, args: Args) -> dict[str, Any]:
    kind = world.own_kind(slug_of(world, args))
    return {"sign": kind, f"{kind}-days": 12, f"{kind}-valid_until": LATEST}


def pass_on(world: World, args: Args) -> dict[str, Any]:
    to = world.offices["embassy-de" if slug_of(world, args) == "mesa" else "mesa"]
    return answer("pass-on", to=to.pk, reason="full")(world, args)


def opinions(world: World, args: Args) -> dict[str, Any]:
    """Asks the office after the next one: the next one is asked already."""
    adviser = world.offices[ADVISERS[ADVISERS[slug_of(world, args)]]]
    return answer("opinions", first=adviser.pk, task=WORDS, due_on=SOON)(world, args)


def kept_draft(world: World, args: Args) -> dict[str, Any]:
    return {**answer("answer", text=WORDS)(world, args), "keep": "yes"}


def merge(world: World, args: Args) -> dict[str, Any]:
    return {"act": "merge", "other": world.stories[slug_of(world, args), "twin"].case.ref}


def whom(world: World, args: Args) -> dict[str, Any]:
    days = {"first_day": "2027-03-01", "last_day": "2027-03-05"}
    return {"whom": world.mandates[slug_of(world, args)].pk, **days}


def proposal(world: World, args: Args) -> dict[str, Any]:
    clauses = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "0-side": "ours", "0-what": WORDS, "0-due_on": LATER}
    terms = {"title": "Convenio", "starts_on": "2026-12-01", "expires_on": LATEST}
    return {**terms, **{f"clauses-{name}": value for name, value in clauses.items()}}


def decided(world: World, slug: str) -> Any:
    return world.offices[slug].reviews.filter(decision="").values_list("pk", flat=True).first() or NUMBER


def keep(*, other: bool = False) -> Body:
    """Keeps what the government before had promised: of the path's office, or of another one."""

    def body(world: World, args: Args) -> dict[str, Any]:
        slug = slug_of(world, args)
        number = decided(world, ("embassy-de" if slug == "agency" else "agency") if other else slug)
        return {"review": number, f"review-{number}-decision": "keep"}

    return body


def more_of_mail(*, other: bool = False) -> Body:
    """Declining, where a mail was taken as an answer in words: of the path's office, or of another one."""

    def body(world: World, args: Args) -> dict[str, Any]:
        slug = slug_of(world, args)
        coming = world.coming[f"office:{other_than(slug) if other else slug}"]
        fields = answer("decline", reason="full")(world, args)
        return {**fields, "act": "mail-more", "as": "decline", "reply": coming.reply_id}

    return body


def file_whole(world: World, args: Args) -> dict[str, Any]:
    return {"attached": SimpleUploadedFile("plan.txt", WORDS.encode())}


def held_reply(world: World) -> dict[str, Any]:
    return {"reply": Reply.objects.filter(state="held").order_by("pk")[0].pk}


def any_ref(world: World) -> str:
    return world.stories["chapter-berlin", "open"].case.ref


def government(world: World, args: Args) -> dict[str, Any]:
    return {
        "name": "Otra",
        "organisations": [world.offices["agency"].organisation_id],
        "decide_on": "2027-03-01",
    }


def many(*acts: str, other: bool = False) -> Body:
    """One answer to several asks: those of the path, and one of another office's."""

    def body(world: World, args: Args) -> dict[str, Any]:
        legs = list(args)
        if other:
            owner = next((slug for slug in OFFICERS if world.stories[slug, "open"].leg().pk in args), "")
            legs.append(world.stories[other_than(owner), "open"].leg().pk)
        fields = answer("decline", reason="other", text=WORDS)(world, args)
        return {"leg": legs, **fields, **dict.fromkeys(acts, "yes")}

    return body


ANSWERS: dict[str, Body] = {
    "answer": answer("answer", text=WORDS),
    "elsewhere": answer("elsewhere", text=WORDS, on="2026-11-23"),
    "accept": answer("accept", what=WORDS, due_on=LATER),
    "decline": answer("decline", reason="full"),
    "pass on": pass_on,
    "question": answer("question", question=WORDS),
    "opinions": opinions,
    "opinion": answer("opinion", text=WORDS),
    "forward": answer("forward"),
    "refer": answer("refer", name="Nora", address="nora@example.org", language="es", due_on=SOON),
    "undo": given(act="undo"),
    "done": answer("done", text=WORDS),
    "reply to no": answer("reply-to-no", text=WORDS),
    "note": given(act="note", **{"note-text": WORDS}),
    "keep": kept_draft,
    "discard": given(act="discard", draft="decline"),
    "merge": merge,
    "part": given(act="part"),
    "mail own": named("reply", thing("mail"), act="mail-own"),
    f"mail own{ANOTHER}": named("reply", thing("mail"), other=True, act="mail-own"),
    "mail disown": named("reply", thing("mail"), act="mail-disown"),
    "mail refer": named("reply", thing("mail"), act="mail-refer"),
    "mail more": more_of_mail(),
    f"mail more{ANOTHER}": more_of_mail(other=True),
}
# The object that an act needs where it is another than the one to look at: the suffix of its name in `Role.own`.
NEEDS = {
    ("leg", "opinions"): "#expert",
    ("leg", "opinion"): "#opinion",
    ("leg", "forward"): "#expert",
    ("leg", "refer"): "#expert",
    ("leg", "mail more"): "#answered",
    ("leg", f"mail more{ANOTHER}"): "#answered",
    ("leg", "undo"): "#arranged",
    ("leg", "done"): "#arranged",
    ("leg", "reply to no"): "#refuted",
    ("leg", "part"): "#merged",
    ("owed_one", "kept"): "#owed",
    ("owed_one", "broken"): "#owed",
    ("agreement_at", "end"): "#force",
}
INVITE = given(act="invite", role="deputy", address="new@example.org", language="es")
ASK = given(region="MX-OAX", school="Escuela 9", name="Luz", address="luz@example.org", text=WORDS)
PERSON = given(name="Luz", language="es", zone="America/Mexico_City")
DAYS = {"first_day": "2027-04-05", "last_day": "2027-04-09"}
TEMPLATE = given(act="decline", language="es", title="Sin lugar", text=WORDS)
BODIES: dict[str, dict[str, Body]] = {
    "ask_kind": {"": ASK},
    "ask_links": {"": lambda world, args: {"address": world.stories["agency", "open"].case.ask.address}},
    "ask_sent": {"": given(address="mended@example.org")},
    "ask_confirm": {"": given()},
    "follow_reply": {"": given(text=WORDS)},
    "follow_contest": {"": given(text=WORDS)},
    "follow_withdraw": {"": given()},
    "follow_outcome": {"": given(happened="yes")},
    "follow_agree": {"": given()},
    "recall": {word: given(word=word) for word in ("happened", "in-part", "not")},
    "follow_dispute": {"": given(text=WORDS)},
    "follow_appeal": {"": given(text=WORDS)},
    "follow_mute": {"": given()},
    "member": {"yes": given(said="yes", shown_name="N.", shown_contact="1"), "no": given(said="no")},
    "mute": {"": given()},
    "mute_one_click": {"": given(**{"List-Unsubscribe": "One-Click"})},
    "mutes": {"": given(topic="changes")},
    "held_asks": {
        "release": lambda world, args: {"act": "release", "ask": world.held.pk},
        "discard": lambda world, args: {"act": "discard", "ask": world.held.pk, "reason": WORDS},
    },
    "held_mail": {
        "file": lambda world, args: {**held_reply(world), "act": "number", "ref": any_ref(world)},
        "aside": lambda world, args: {**held_reply(world), "act": "aside"},
        "not ours": lambda world, args: {**held_reply(world), "act": "not-ours"},
    },
    "office_mail": {"": given(way="mail")},
    "follow_mail": {"": file_whole},
    "leg_link_mail": {"": file_whole},
    "leg": ANSWERS,
    "leg_link": ANSWERS,
    "desk_bulk": {"confirm": many(), "send": many("send"), f"send{ANOTHER}": many("send", other=True)},
    "owed_one": {
        "done": given(act="done"),
        "amend": given(act="amend", what=WORDS, due_on="2027-02-20", reason=WORDS),
        "drop": given(act="drop", **{"drop-reason": WORDS}),
        "kept": given(act="kept"),
        "broken": given(act="broken"),
    },
    "agreement_new": {"": proposal},
    "agreement_at": {
        "sign": given(act="sign"),
        "refuse": given(act="refuse", reason=WORDS),
        "end": given(act="end", reason=WORDS),
    },
    "promises": {
        "sign": sign,
        "again": given(again="yes"),
        "withdraw": named("withdraw", promise),
        f"withdraw{ANOTHER}": named("withdraw", promise, other=True),
    },
    "mandates": {
        "invite": INVITE,
        "end": named("end", lambda world, slug: world.mandates[slug].pk),
        f"end{ANOTHER}": named("end", lambda world, slug: world.mandates[slug].pk, other=True),
        "withdraw": named("withdraw", lambda world, slug: world.invited[slug].pk),
        f"withdraw{ANOTHER}": named("withdraw", lambda world, slug: world.invited[slug].pk, other=True),
    },
    "members": {"": given(members=40)},
    "absences": {"": whom},
    "absence": {"change": given(**DAYS), "cancel": given(cancel="yes")},
    "closures": {
        "declare": given(name="Mudanza", **DAYS),
        "withdraw": named("withdraw", thing("closure")),
        f"withdraw{ANOTHER}": named("withdraw", thing("closure"), other=True),
    },
    "template_new": {"": TEMPLATE},
    "template": {"mend": TEMPLATE, "remove": given(remove="yes")},
    "notes": {
        "note": given(act="note", **{"note-text": WORDS}),
        "mark": named("remark", thing("remark"), act="learnt"),
        "remove": named("remark", thing("remark"), act="remove"),
        f"remove{ANOTHER}": named("remark", thing("remark"), other=True, act="remove"),
    },
    "hand_over": {"": given(to="address", address="new@example.org", language="es", sure="on")},
    "reviews": {"keep": keep(), f"keep{ANOTHER}": keep(other=True)},
    "government_declare": {"": government},
    "reorganise": {"": given(kind="renamed", on="2026-11-23", name_es="Otro nombre")},
    "invite": {"": given(role="holder", address="new@example.org", language="es")},
    "invitation": {"": PERSON},
    "me": {"": PERSON},
    "account_login": {"": given(email="nobody@example.org")},
    "account_confirm_login_code": {"": given(code="ABC123")},
    "account_logout": {"": given()},
}
# Acts of somebody who may that write nothing: a wrong code, and one step before sending.
QUIET = {("account_confirm_login_code", "POST"), ("desk_bulk", "POST confirm")}
# The click of a mail program, which has no page of the hub before it and so no token: its key is all it needs.
WITHOUT_TOKEN = {"mute_one_click"}


def forged(label: str) -> bool:
    """Whether the act names, on a page of one's own, a thing of somebody else's."""
    return label.endswith(ANOTHER)


def partner(world: World, args: Args) -> str:
    return f"?with={world.offices[other_than(slug_of(world, args))].pk}"


QUERIES: dict[str, Callable[[World, Args], str]] = {
    "invite": lambda world, args: f"?organisation={VACANT}",
    "reorganise": lambda world, args: f"?organisation={VACANT}",
    "agreement_new": partner,
    "desk_bulk": lambda world, args: "?" + "&".join(f"leg={pk}" for pk in args),
}
