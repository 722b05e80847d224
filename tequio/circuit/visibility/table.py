"""The table: which part of a case may be shown to whom. docs/structure.md draws it, and a test holds both together."""

from enum import StrEnum


class Viewer(StrEnum):
    """Whoever looks at a case. Of an office that is several of these at once, the first in this order counts."""

    ASKER = "asker"
    HAS = "has"
    HAD = "had"
    ADVISER = "adviser"
    COORDINATION = "coordination"
    MEMBER = "member"
    HELPER = "helper"
    PUBLIC = "public"
    NOBODY = "nobody"


class Part(StrEnum):
    WORDS = "words"
    NAME = "name"
    BEHALF = "behalf"
    ADDRESS = "address"
    PLACE = "place"
    FILES = "files"
    STORY = "story"
    SAID = "said"
    PROMISED = "promised"
    OPINIONS = "opinions"
    MEMBERS = "members"
    CHOSEN = "chosen"
    NOTES = "notes"
    MAIL = "mail"
    LATE_MAIL = "late mail"
    STANDING = "standing"
    RECALLED = "recalled"
    UNFILED = "unfiled"


class Reach(StrEnum):
    """How much of a part: all of it, what was there when the ask left the office, only what is its own, nothing."""

    ALL = "all"
    UPTO = "until it left"
    OWN = "its own"
    NO = "no"


ALL, UPTO, OWN, NO = Reach.ALL, Reach.UPTO, Reach.OWN, Reach.NO

VIEWERS = {
    Viewer.ASKER: "asker, by link",
    Viewer.HAS: "office that has it",
    Viewer.HAD: "office that had it",
    Viewer.ADVISER: "office asked for an opinion",
    Viewer.COORDINATION: "coordinating office",
    Viewer.MEMBER: "member asked",
    Viewer.HELPER: "member who said yes",
    Viewer.PUBLIC: "public",
    Viewer.NOBODY: "anybody else",
}
PARTS = {
    Part.WORDS: "what is asked, in the asker's words",
    Part.NAME: "the asker's name",
    Part.BEHALF: "on whose behalf",
    Part.ADDRESS: "the asker's mail address",
    Part.PLACE: "place and topic",
    Part.FILES: "files sent with the ask",
    Part.STORY: "what was done, by which office, when",
    Part.SAID: "words said on the way, and the files with them",
    Part.PROMISED: "what an office promised",
    Part.OPINIONS: "what other offices were asked, and think",
    Part.MEMBERS: "which members were asked",
    Part.CHOSEN: "the member who said yes, as they chose",
    Part.NOTES: "notes of an office",
    Part.MAIL: "mail about it that came to an office",
    Part.LATE_MAIL: "what an office wrote by mail after the ask had left it",
    Part.STANDING: "where it is, until when, how it ended",
    Part.RECALLED: "what the asker said when asked again, weeks later",
    Part.UNFILED: "mail of which nobody knows yet to which ask it belongs",
}

_ROWS = {
    # the part      asker  has  had   adviser coord. member helper public nobody
    Part.WORDS:    (ALL, ALL, ALL,  ALL,  ALL, ALL, NO,  NO, NO),
    Part.NAME:     (ALL, ALL, ALL,  ALL,  ALL, ALL, ALL, NO, NO),
    Part.BEHALF:   (ALL, ALL, ALL,  ALL,  ALL, ALL, NO,  NO, NO),
    Part.ADDRESS:  (ALL, NO,  NO,   NO,   NO,  NO,  NO,  NO, NO),
    Part.PLACE:    (ALL, ALL, ALL,  ALL,  ALL, ALL, NO,  NO, NO),
    Part.FILES:    (ALL, ALL, ALL,  ALL,  ALL, NO,  NO,  NO, NO),
    Part.STORY:    (ALL, ALL, UPTO, UPTO, NO,  NO,  NO,  NO, NO),
    Part.SAID:     (ALL, ALL, UPTO, UPTO, NO,  NO,  NO,  NO, NO),
    Part.PROMISED: (ALL, ALL, OWN,  NO,   NO,  NO,  NO,  NO, NO),
    Part.OPINIONS: (NO,  OWN, OWN,  OWN,  NO,  NO,  NO,  NO, NO),
    Part.MEMBERS:  (NO,  OWN, OWN,  NO,   NO,  NO,  NO,  NO, NO),
    Part.CHOSEN:   (ALL, OWN, OWN,  NO,   NO,  NO,  OWN, NO, NO),
    Part.NOTES:    (NO,  OWN, OWN,  OWN,  OWN, NO,  NO,  NO, NO),
    Part.MAIL:     (NO,  OWN, OWN,  OWN,  NO,  NO,  NO,  NO, NO),
    Part.LATE_MAIL: (NO, ALL, OWN,  OWN,  NO,  NO,  NO,  NO, NO),
    Part.STANDING: (ALL, ALL, ALL,  ALL,  ALL, OWN, OWN, NO, NO),
    Part.RECALLED: (ALL, NO,  NO,   NO,   NO,  NO,  NO,  NO, NO),
    Part.UNFILED:  (NO,  NO,  NO,   NO,   ALL, NO,  NO,  NO, NO),
}  # fmt: skip
TABLE: dict[Part, dict[Viewer, Reach]] = {
    part: dict(zip(Viewer, row, strict=True)) for part, row in _ROWS.items()
}


def reach(viewer: Viewer, part: Part) -> Reach:
    return TABLE[part][viewer]
