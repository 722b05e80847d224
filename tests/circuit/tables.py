"""Routes for the tests: a plain one, one through two organisations, one with a member, and how a kind gets them."""

from typing import Any

from tequio.circuit.models import AskKind, Case, Leg, Route
from tequio.network.models import Mandate
from tests.cast import Cast, texts

Row = dict[str, Any]


def row(slug: str, does: str = "", then: str = "", who: str = "office", **fields: Any) -> Row:
    """A step as a pack's row is kept; `then`: the slugs that follow, parted by spaces."""
    return {
        "slug": slug,
        "does": does or slug,
        "label": texts(f"Paso {slug}", f"Step {slug}"),
        "who": who,
        "days": 0,
        "next": then.split(),
        "asks": {},
        "for_kinds": [],
        "opinions": 0,
        **fields,
    }


ENDS = [
    row("arranged", then="done not-done withdrawn", who="both"),
    *(row(slug, who="") for slug in ("done", "not-done", "declined", "withdrawn")),
]


def asked(then: str) -> Row:
    return row("asked", then=f"{then} withdrawn", who="asker")


def question(*desks: str, days: int = 0) -> Row:
    return row("question", then=" ".join([*desks, "withdrawn"]), who="asker", days=days)


PLAIN = [
    asked("at-desk"),
    row("at-desk", then="question arranged declined withdrawn"),
    question("at-desk"),
    *ENDS,
]
TWO = [
    asked("chapter"),
    row(
        "chapter",
        "at-desk",
        "post question declined withdrawn",
        for_kinds=["chapter"],
        days=4,
        asks=texts("¿Es suya la actividad?", "Is the activity yours?"),
    ),
    row("post", "at-desk", "arranged question declined withdrawn", for_kinds=["post", "agency"], days=6),
    question("chapter", "post", days=3),
    *ENDS,
]
MEMBER = [
    asked("chapter"),
    row("chapter", "at-desk", "with-member question declined withdrawn", for_kinds=["chapter"]),
    row(
        "with-member",
        "at-desk",
        "arranged question declined withdrawn",
        who="member",
        asks=texts("¿Puede contestar?", "Can you answer it?"),
    ),
    question("chapter", "with-member"),
    *ENDS,
]
SECOND_OPINION = [
    asked("at-desk"),
    row("at-desk", then="question arranged declined withdrawn", opinions=2),
    question("at-desk"),
    *ENDS,
]
JOINT = [
    asked("chapter"),
    row(
        "chapter",
        "at-desk",
        "with-member post question declined withdrawn",
        for_kinds=["chapter"],
        opinions=1,
    ),
    row("with-member", "at-desk", "arranged question declined withdrawn", who="member"),
    row(
        "post",
        "at-desk",
        "arranged question declined withdrawn",
        for_kinds=["post", "agency", "university"],
        days=6,
        opinions=2,
    ),
    question("chapter", "with-member", "post", days=4),
    *ENDS,
]
FOR_KINDS = ["chapter", "post", "agency", "university"]


def route(kind: AskKind, rows: list[Row]) -> Route:
    """The next version of the kind's table."""
    return Route.objects.create(kind=kind, version=kind.routes.count() + 1, steps=rows)


def add_kind(cast: Cast, slug: str, rows: list[Row], **fields: Any) -> AskKind:
    """A kind of ask of the cast with a table of its own: `cast.promise(mandate, slug)`, `cast.leg(slug)`."""
    given: dict[str, Any] = {
        "home_id": "MX",
        "slug": slug,
        "order": len(cast.kinds),
        "names": texts(f"Pedir {slug}", f"Ask {slug}"),
        "leads": texts("Una frase", "One sentence"),
        "askers": texts("instituciones", "institutions"),
        "prompts": texts("Cuente lo que necesita", "Say what you need"),
        "done_labels": texts("¿Se realizó?", "Did it take place?"),
        "place": "none",
        "topic": "none",
        "for_kinds": FOR_KINDS,
        "declines": [{"code": "full", "text": texts("No queda lugar", "No place left")}],
        "pass_ons": [{"code": "full", "text": texts("No queda lugar", "No place left")}],
    }
    kind = AskKind.objects.create(**{**given, **fields})
    route(kind, rows)
    cast.kinds[slug] = kind
    return kind


def promised(cast: Cast, office: str, name: str, kind: str, days: int = 10) -> Mandate:
    """Somebody holds the office, which has promised to answer this kind."""
    mandate = cast.hold(office, name)
    cast.promise(mandate, kind, days=days)
    return mandate


def way(case: Case) -> list[tuple[str, str, str, str]]:
    """The legs of the case's own way: organisation, step, rung and outcome."""
    legs = Leg.objects.filter(case=case, asked_by=None).select_related("owner__organisation")
    return [
        (leg.owner.organisation.slug if leg.owner else "", leg.step, leg.rung, leg.outcome) for leg in legs
    ]
