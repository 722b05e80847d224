from django.apps import AppConfig


class CircuitConfig(AppConfig):
    name = "tequio.circuit"

    def ready(self) -> None:
        self.follow_cases()
        self.take_mail()
        self.ask_again()

    def follow_cases(self) -> None:
        from tequio.circuit.actions import (
            agreements,
            delivery,
            digest,
            disputes,
            files,
            governing,
            handover,
            holding,
            ladder,
            referring,
            tallying,
            telling,
            ticks,
        )
        from tequio.circuit.models import Agreement, Ask, Case, Commitment, Digest, Leg, Promise, Referral
        from tequio.kernel.due import on_idle, on_wake
        from tequio.network.models import Transition
        from tequio.network.turnover import on_handing, on_leaving, on_turnover
        from tequio.notices.fate import on_refused, on_taken

        on_wake(Leg, ladder.look_at_leg, many=ticks.look_at_legs)
        on_wake(Case, disputes.look_at_case)
        on_wake(Commitment, ladder.look_at_commitment)
        on_wake(Promise, ladder.look_at_promise)
        on_wake(Referral, referring.look_at_referral)
        on_wake(Agreement, agreements.look_at_agreement)
        on_wake(Ask, holding.look_at_ask)
        on_wake(Transition, governing.look_at_transition)
        on_wake(Digest, digest.look_at_digest)
        on_taken(delivery.letter_taken)
        on_refused(delivery.letter_refused)
        on_idle(tallying.tally_legs)
        on_idle(files.remove_loose)
        on_turnover(ladder.office_changed)
        on_turnover(telling.office_held)
        on_leaving(handover.mandate_left)
        on_handing(handover.office_handed)
        on_turnover(governing.greet)

    def take_mail(self) -> None:
        """Files the mail that the door keeps, and looks at what waits."""
        from tequio.circuit.actions import filing, forgetting, sending
        from tequio.circuit.models import Reply
        from tequio.inbound.filing import on_received
        from tequio.kernel.due import on_idle, on_wake

        on_wake(Reply, filing.look_at_reply)
        on_received(filing.file_mail)
        on_idle(sending.forget_sendings)
        on_idle(forgetting.forget_mail)

    def ask_again(self) -> None:
        """Asks a sample of askers again each month, and counts what they say."""
        from tequio.circuit.actions import recalling
        from tequio.kernel.due import on_idle

        on_idle(recalling.draw_samples)
        on_idle(recalling.count_words)
