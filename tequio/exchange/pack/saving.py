"""From the rows of packs to the database: one transaction that writes only what differs."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from tequio.circuit.models import AskKind, EntryPoint, Promise, Route
from tequio.circuit.queries.routes import latest_route
from tequio.exchange.pack import cldr
from tequio.exchange.pack.reading import BadPack, Pack, read
from tequio.exchange.pack.routes import does, renamed
from tequio.exchange.pack.rows import Row
from tequio.exchange.pack.tables import LANGUAGES, SCHEMES, quote
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.texts import fold
from tequio.network.models import Administration, Claim, Hub, Office, Organisation, Succession
from tequio.reference.models import Country, Field, Language, Region, Source, Subfield, Topic

HEAD_OFFICE = {"es": "Oficina principal", "en": "Head office"}
NAMED = {"names", "own_name", "aliases", "search_text", "sort_key"}
OUTCOMES = ("created", "updated", "unchanged", "withdrawn")
REMIT = {
    "askkind_id": EntryPoint.kinds.through,
    "field_id": EntryPoint.fields.through,
    "subfield_id": EntryPoint.subfields.through,
    "region_id": EntryPoint.regions.through,
    "country_id": EntryPoint.countries.through,
}
KIND_TEXTS = {
    "names": "name", "leads": "lead", "askers": "who", "prompts": "prompt", "done_labels": "done_label",
}  # fmt: skip
Model = type[models.Model]
Values = dict[str, Any]
Progress = Callable[[str, int, int], None]
MANY = 1000


def load(
    folder: Path, name: str, *, dry_run: bool = False, progress: Progress | None = None
) -> dict[str, int]:
    """Loads the pack and all that it requires, or nothing: counts of rows created, updated, unchanged, withdrawn.

    `progress` hears what is being written, how many steps are done, and of how many. A dry run writes
    everything and rolls back. Raises BadPack.
    """
    packs = read(folder, name)
    tell = progress or (lambda what, done, of: None)
    steps = [(pack.id, step) for pack in packs for step in _Saving(pack).steps()]
    tally = Tally()
    with transaction.atomic():
        _world(tally)
        for done, (pack, step) in enumerate(steps):
            tell(f"{pack}: {step.__name__.replace('_', ' ')}", done, len(steps))
            step(tally)
        counts = tally.counts()
        if counts["unchanged"] != sum(counts.values()):
            versions = {pack.id: pack.version for pack in packs}
            write("pack.loaded", reference=name, facts={"versions": versions, **counts})
        if counts["created"] > MANY and not dry_run:
            _count_rows()
        transaction.set_rollback(dry_run)
    tell(name, len(steps), len(steps))
    return counts


def _count_rows() -> None:
    """Tells PostgreSQL how many rows there are now; until it counts by itself it plans as if the tables were empty."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


class Tally:
    """What became of each row; a row's claims, places and links count as the row."""

    def __init__(self) -> None:
        self.outcomes: dict[tuple[Model, Any], str] = {}

    def mark(self, model: Model, key: Any, outcome: str) -> None:
        if outcome == "withdrawn" or self.outcomes.get((model, key), "unchanged") == "unchanged":
            self.outcomes[model, key] = outcome

    def counts(self) -> dict[str, int]:
        counts = Counter(self.outcomes.values())
        return {outcome: counts[outcome] for outcome in OUTCOMES}


def upsert(tally: Tally, model: Model, by: tuple[str, ...], rows: Iterable[Values]) -> None:
    """Creates the rows that are not there (`by` names what makes two rows one), writes the fields that differ."""
    stored = {tuple(getattr(row, name) for name in by): row for row in model._default_manager.all()}
    new, changed = [], []
    fields: set[str] = set()
    for values in rows:
        row = stored.get(tuple(values[name] for name in by))
        if row is None:
            new.append(model(**values))
            continue
        differing = [name for name, value in values.items() if getattr(row, name) != value]
        for name in differing:
            setattr(row, name, values[name])
        if differing:
            changed.append(row)
            fields.update(model._meta.get_field(name).name for name in differing)
        tally.mark(model, row.pk, "updated" if differing else "unchanged")
    for row in model._default_manager.bulk_create(new):
        tally.mark(model, row.pk, "created")
    if changed:
        model._default_manager.bulk_update(changed, sorted(fields))


def relink(
    tally: Tally,
    owner: Model,
    link: Model,
    columns: tuple[str, ...],
    wanted: Mapping[int, Iterable[tuple[Any, ...]]],
) -> None:
    """Makes the links of each owner in `wanted` (by key) be just these; `columns`: the owner's key, the values."""
    pairs = {(key, *values) for key, each in wanted.items() for values in each}
    stored = {
        pair: pk for pk, *rest in link._default_manager.values_list("pk", *columns) if (pair := tuple(rest))
    }
    gone = {pair for pair in stored.keys() - pairs if pair[0] in wanted}
    new = sorted(pairs - stored.keys())
    link._default_manager.filter(pk__in=[stored[pair] for pair in gone]).delete()
    link._default_manager.bulk_create([link(**dict(zip(columns, pair, strict=True))) for pair in new])
    for key, *_ in (*gone, *new):
        tally.mark(owner, key, "updated")


def _world(tally: Tally) -> None:
    zones = cldr.zones()
    countries = cldr.countries().items()
    upsert(
        tally,
        Country,
        ("id",),
        ({"id": i, "names": names, "zones": zones.get(i, [])} for i, names in countries),
    )
    upsert(tally, Language, ("id",), ({"id": i, "names": names} for i, names in cldr.languages().items()))


def _texts(row: Row, name: str) -> dict[str, str]:
    return {code: row[f"{name}_{code}"] for code in LANGUAGES}


def _same(row: Row, names: str) -> Values:
    return {name: row[name] for name in names.split()}


def _remit(row: Row, kinds: Mapping[str, int]) -> dict[str, list[Any]]:
    return {
        "askkind_id": [kinds[slug] for slug in row["kinds"]],
        "field_id": row["fields"],
        "subfield_id": row["subfields"],
        "region_id": [place for place in row["territories"] if "-" in place],
        "country_id": [place for place in row["territories"] if "-" not in place],
    }


def step_of(row: Row) -> Values:
    """A row of a route as it is kept: `does` is its own slug unless it says otherwise."""
    return {**row.values, "does": does(row)}


class _Saving:
    """Writes one pack, step by step; rows by key, so that their order in a file changes nothing."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.home, self.mark = pack, pack.home, f"{pack.id}:"

    def steps(self) -> list[Callable[[Tally], None]]:
        national = [
            self.regions,
            self.administrations,
            self.organisations,
            self.coordination,
            self.kinds_of_ask,
            self.entry_points,
        ]
        return [self.sources, self.topics, *(national if self.home else [])]

    def rows(self, noun: str) -> list[tuple[str, Row]]:
        return sorted(self.pack[noun].items())

    def source(self, row: Row) -> str:
        return f"{self.mark}{row['source']}"

    def withdraw(self, tally: Tally, listed: "models.QuerySet[Any]", noun: str) -> None:
        """Rows of this pack that its files no longer list; they stay, with the day on which they went."""
        gone = set(
            listed.filter(withdrawn_on=None).exclude(slug__in=self.pack[noun]).values_list("pk", flat=True)
        )
        listed.model._default_manager.filter(pk__in=gone).update(withdrawn_on=clock.today("UTC"))
        for pk in gone:
            tally.mark(listed.model, pk, "withdrawn")

    def sources(self, tally: Tally) -> None:
        rows = (
            {"id": self.mark + key, "titles": row["title"], **_same(row, "url licence attribution as_of")}
            for key, row in self.rows("source")
        )
        upsert(tally, Source, ("id",), rows)

    def topics(self, tally: Tally) -> None:
        fields, subfields, topics = (self.rows(noun) for noun in ("field", "subfield", "topic"))
        upsert(tally, Field, ("id",), (
            {"id": key, "names": _texts(row, "name"), "domains": _texts(row, "domain")} for key, row in fields
        ))  # fmt: skip
        upsert(tally, Subfield, ("id",), (
            {"id": key, "field_id": row["field"], "names": _texts(row, "name")} for key, row in subfields
        ))  # fmt: skip
        upsert(tally, Topic, ("id",), (
            {"id": key, "subfield_id": row["subfield"], "name": row["name"], "matchable": row["matchable"] == "1"}
            for key, row in topics
        ))  # fmt: skip

    def regions(self, tally: Tally) -> None:
        upsert(tally, Region, ("id",), (
            {"country_id": self.home, "names": _texts(row, "name"),
             **_same(row, "id zone latitude longitude official_code")} for _, row in self.rows("region")
        ))  # fmt: skip

    def administrations(self, tally: Tally) -> None:
        """`ends_on` is the first day without it; a pack tells the last day with it."""
        upsert(tally, Administration, ("home_id", "slug"), (
            {"home_id": self.home, "slug": key, "names": _texts(row, "name"), "starts_on": row["first_day"],
             "ends_on": row["last_day"] and row["last_day"] + timedelta(days=1), "source_id": self.source(row)}
            for key, row in self.rows("administration")
        ))  # fmt: skip

    def organisations(self, tally: Tally) -> None:
        rows = self.rows("organisation")
        self.refuse(self.taken())
        renamed = set(Succession.objects.filter(kind="renamed").values_list("organisation__slug", flat=True))
        upsert(tally, Organisation, ("slug",), [
            {name: value for name, value in self.organisation(row).items() if key not in renamed or name not in NAMED}
            for key, row in rows
        ])  # fmt: skip
        pks = dict(Organisation.objects.values_list("slug", "pk"))
        ended = set(Organisation.objects.exclude(closed_on=None).values_list("slug", flat=True))
        parents = (
            {"id": pks[key], "parent_id": pks.get(row["parent"])}
            for key, row in rows
            if row["parent"] not in ended
        )
        upsert(tally, Organisation, ("id",), parents)
        posts = {pks[key]: [(country,) for country in row["jurisdictions"]] for key, row in rows}
        columns = ("organisation_id", "country_id")
        relink(tally, Organisation, Organisation.jurisdictions.through, columns, posts)
        claims = {pks[key]: [(s, row[s], self.source(row)) for s in SCHEMES if row[s]] for key, row in rows}
        relink(tally, Organisation, Claim, ("organisation_id", "scheme", "value", "source_id"), claims)
        ours = Organisation.objects.filter(source__id__startswith=self.mark, demo=False)
        self.withdraw(tally, ours, "organisation")
        headless = ours.exclude(offices__is_head=True)
        Office.objects.bulk_create(Office(organisation=o, titles=HEAD_OFFICE, is_head=True) for o in headless)

    def organisation(self, row: Row) -> Values:
        names = {code: row[f"name_{code}"] or row["name"] for code in LANGUAGES}
        words = (*names.values(), row["name"], row["acronym"], *row["aliases"], row["city"], row["cct"])
        return {
            **_same(
                row, "slug kind acronym aliases city address latitude longitude zone subdivision website"
            ),
            "names": names,
            "own_name": row["name"],
            "home_id": self.home,
            "country_id": row["country"] or None,
            "region_id": row["region"] or None,
            "source_id": self.source(row),
            "withdrawn_on": None,
            "search_text": fold(" ".join(dict.fromkeys(filter(None, words)))),
            "sort_key": fold(names["es"])[:300],
        }

    def refuse(self, faults: Iterable[tuple[Row, str, str]]) -> None:
        if errors := [row.error(name, reason) for row, name, reason in faults]:
            raise BadPack(errors)

    def taken(self) -> Iterator[tuple[Row, str, str]]:
        """Names that another pack, the hub or the demo has already; their rows are never touched."""
        others = Organisation.objects.exclude(source__id__startswith=self.mark, demo=False)
        owners = {slug: "the demo" if demo else source or "this hub" for slug, source, demo in
                  others.values_list("slug", "source_id", "demo")}  # fmt: skip
        for key, row in self.rows("organisation"):
            if key in owners:
                yield row, "slug", f"{quote(key)} is already an organisation of {owners[key].split(':')[0]}"
        served = (
            others.filter(home=self.home, demo=False).exclude(source=None).values_list("source_id", flat=True)
        )
        if (first := served.first()) and self.pack.coordination:
            row = Row("pack.toml", 1, {})
            yield row, "home", f"{self.home} is already served by the pack {first.split(':')[0]}"

    def coordination(self, tally: Tally) -> None:
        assert self.pack.coordination
        slug, days = self.pack.coordination["organisation"], self.pack.coordination["days"]
        office = Office.objects.get(organisation__slug=slug, is_head=True)
        values = {"home_id": self.home, "coordination_id": office.pk, "days": days}
        upsert(tally, Hub, ("home_id",), [values])

    def kinds_of_ask(self, tally: Tally) -> None:
        rows = self.pack["kind"]
        self.refuse(renamed(rows, AskKind.objects.filter(home=self.home, slug__in=rows)))
        kinds = (self.kind(order, row) for order, row in enumerate(rows.values()))
        upsert(tally, AskKind, ("home_id", "slug"), kinds)
        for kind in AskKind.objects.filter(home=self.home, slug__in=rows):
            self.route(tally, kind, [step_of(row) for row in rows[kind.slug]["state"]])
        self.withdraw(tally, AskKind.objects.filter(home=self.home), "kind")

    def route(self, tally: Tally, kind: AskKind, steps: list[Values]) -> None:
        """A table that differs becomes the next version; cases under way stay on theirs."""
        last = latest_route(kind)
        if steps == (last.steps if last else []):
            return
        Route.objects.create(kind=kind, version=last.version + 1 if last else 1, steps=steps)
        tally.mark(AskKind, kind.pk, "updated")

    def kind(self, order: int, row: Row) -> Values:
        lists = {"declines": "decline", "pass_ons": "pass_on"}
        return {
            "home_id": self.home,
            "order": order,
            "withdrawn_on": None,
            **_same(row, "slug place topic topic_level for_kinds asker_days in_kind"),
            **{name: row[key] for name, key in KIND_TEXTS.items()},
            **{name: [each.values for each in row[key]] for name, key in lists.items()},
        }

    def entry_points(self, tally: Tally) -> None:
        rows = self.rows("entry point")
        seats = dict(Office.objects.filter(is_head=True).values_list("organisation__slug", "pk"))
        self.refuse(self.occupied(seats))
        ended = dict(Organisation.objects.exclude(closed_on=None).values_list("slug", "closed_on"))
        upsert(tally, EntryPoint, ("office_id",), (
            {"slug": key, "office_id": seats[row["organisation"]], "source_id": self.source(row),
             "withdrawn_on": ended.get(row["organisation"])}
            for key, row in rows
        ))  # fmt: skip
        pks = dict(EntryPoint.objects.values_list("slug", "pk"))
        fallbacks = ({"id": pks[key], "fallback_id": pks.get(row["fallback"])} for key, row in rows)
        upsert(tally, EntryPoint, ("id",), fallbacks)
        self.remits(tally, {pks[key]: row for key, row in rows})
        ours = EntryPoint.objects.filter(source__id__startswith=self.mark, office__organisation__demo=False)
        self.withdraw(tally, ours.exclude(promises__in=Promise.objects.live()), "entry point")

    def occupied(self, seats: Mapping[str, int]) -> Iterator[tuple[Row, str, str]]:
        stored = EntryPoint.objects.select_related("office__organisation")
        by_slug, by_office = {e.slug: e for e in stored}, {e.office_id: e for e in stored}
        for key, row in self.rows("entry point"):
            seat = seats[row["organisation"]]
            if (other := by_slug.get(key)) and other.office_id != seat:
                yield (
                    row,
                    "id",
                    f"{quote(key)} is already the entry point of {other.office.organisation.slug}",
                )
            source = by_office[seat].source_id if seat in by_office else None
            if source and not source.startswith(self.mark):
                yield row, "organisation", f"has an entry point of the pack {source.split(':')[0]} already"

    def remits(self, tally: Tally, rows: Mapping[int, Row]) -> None:
        """What each entry point is for; kinds that its office has promised of its own stay."""
        slugs = dict(AskKind.objects.filter(home=self.home).values_list("slug", "pk"))
        remits = {pk: _remit(row, slugs) for pk, row in rows.items()}
        promised = Promise.objects.filter(withdrawn_at=None, entry_point__in=remits)
        for pk, kind in promised.values_list("entry_point_id", "kind_id"):
            remits[pk]["askkind_id"].append(kind)
        for column, link in REMIT.items():
            wanted = {pk: [(key,) for key in remit[column]] for pk, remit in remits.items()}
            relink(tally, EntryPoint, link, ("entrypoint_id", column), wanted)
