from tequio.circuit.models.case import Ask, Case, Event, Leg, Pause, Referral
from tequio.circuit.models.commitment import Agreement, Clause, Commitment, CommitmentChange, Party, Review
from tequio.circuit.models.desk import Attachment, Draft, HandoverBook, Remark, Template
from tequio.circuit.models.entry import AskKind, EntryPoint, Promise, Remit, Route
from tequio.circuit.models.mail import Correspondence, Reply, Sending, SentText
from tequio.circuit.models.recall import Recall
from tequio.circuit.models.telling import Digest, DigestLine, Mute, Spread, Tally, Tick

__all__ = [
    "Agreement",
    "Ask",
    "AskKind",
    "Attachment",
    "Case",
    "Clause",
    "Commitment",
    "CommitmentChange",
    "Correspondence",
    "Digest",
    "DigestLine",
    "Draft",
    "EntryPoint",
    "Event",
    "HandoverBook",
    "Leg",
    "Mute",
    "Party",
    "Pause",
    "Promise",
    "Recall",
    "Referral",
    "Remark",
    "Remit",
    "Reply",
    "Review",
    "Route",
    "Sending",
    "SentText",
    "Spread",
    "Tally",
    "Template",
    "Tick",
]
