from tequio.circuit.models.case import Ask, Case, Commitment, Event, Leg, Pause
from tequio.circuit.models.entry import AskKind, EntryPoint, Promise, Remit

__all__ = ["Ask", "AskKind", "Case", "Commitment", "EntryPoint", "Event", "Leg", "Pause", "Promise", "Remit"]
