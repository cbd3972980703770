"""What OCPP says in English, and evkit in its own names, is read in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from chargers.models import Command, FileJob
from chargers.ocpp.v16.messages import confirmations, security
from chargers.services.effects import NOT_SENT
from chargers.services.file_transitions import FAILURES, OTHER_WORDS
from chargers.services.security_profiles import LOWERED
from charging.models import OperationBatch, OperationLine, OrphanStop, Reservation
from charging.models.reservation import ReservationState
from charging.services.automatic import AUTOMATIC
from charging.services.holding import HOLD
from charging.services.scheduling import SCHEDULE
from charging.services.smart.marks import SMART
from evkit.console.answers import OWN, WORDS, answer_text
from evkit.console.doers import doer
from evkit.console.why import brief
from evkit.console.why.facts import Facts, Link, Order, Report
from evkit.core.clock import utc_now
from sites.types import Role
from tests.console.depot import NOW, Depot, add_received_file, add_reservation

LogIn = Callable[..., Client]


def statuses() -> Iterator[str]:
    """Yield the statuses that the confirmations of OCPP 1.6 name in their descriptions."""
    for module in (confirmations, security):
        for kind in vars(module).values():
            if isinstance(kind, type) and confirmations.StatusConf in kind.__bases__:
                named = re.match(r"[A-Z][A-Za-z]+(, [A-Z][A-Za-z]+)+", kind.__doc__ or "")
                yield from named[0].split(", ") if named else ()


@pytest.fixture
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


class TestAnswerText:
    def test_whatever_ocpp_lets_a_charge_point_answer_has_words(self) -> None:
        named = set(statuses())
        assert {"Rejected", "Occupied", "VersionMismatch", "InvalidCertificate"} <= named
        assert named <= WORDS.keys()
        assert FAILURES | OTHER_WORDS.keys() <= WORDS.keys()

    @pytest.mark.usefixtures("french")
    @pytest.mark.parametrize(
        ("told", "text"),
        [
            ("Occupied", "Occupé"),
            ("InternalError", "Erreur interne"),
            ("NotSupported: no such profile", "Non pris en charge\u00a0: no such profile"),
            (
                NOT_SENT,
                "La borne n’a pas pu être jointe à temps. Vérifiez sa connexion et renvoyez la commande.",
            ),
            (
                LOWERED % {"identity": "A (1)", "present": 2},
                (
                    "Le profil de sécurité de A (1) est 2\u202f; il ne s’abaisse jamais d’ici. "
                    "Sur le serveur, manage.py lower_security_profile le fait."
                ),
            ),
            ("Odd", "Odd"),
            ("Odd: thing", "Odd: thing"),
            ("", ""),
        ],
    )
    def test_is_in_the_readers_language_as_far_as_it_is_known(self, told: str, text: str) -> None:
        assert answer_text(told) == text

    def test_every_word_differs_in_french(self) -> None:
        for told in (*WORDS, *OWN):
            english = answer_text(told)
            with translation.override("fr"):
                assert answer_text(told) != english


class TestDoer:
    @pytest.mark.usefixtures("french")
    @pytest.mark.parametrize("actor", [SMART, AUTOMATIC, SCHEDULE, HOLD])
    def test_evkit_itself_has_a_french_name(self, actor) -> None:
        assert doer(actor.name) not in {"", actor.name}

    @pytest.mark.usefixtures("french")
    def test_and_is_called_so_where_a_charge_is_explained(self) -> None:
        facts = Facts(
            link=Link(connected=True, last_seen_at=NOW, connected_at=NOW, booted_at=NOW),
            connector=Report(status="SuspendedEVSE", since=NOW),
            pause=Order(at=NOW, by=SCHEDULE.name),
        )
        assert doer(SCHEDULE.name) in brief(facts, NOW)
        assert "(hold)" not in brief(replace(facts, pause=Order(at=NOW, by=HOLD.name)), NOW)


class TestPages:
    def test_a_reservation_tells_what_was_answered(self, log_in: LogIn, depot: Depot) -> None:
        row = add_reservation(depot)
        Reservation.objects.filter(pk=row.pk).update(
            state=ReservationState.REFUSED, answer="Occupied", ended_at=NOW, requested_name=AUTOMATIC.name
        )
        page = log_in(Role.GUEST, language="fr").get(reverse("reservations", args=["depot"]))
        shown = page.content.decode()
        assert '<span class="sub">Occupé</span>' in shown
        assert "evkit (automatique)" in shown

    def test_a_file_tells_how_it_failed(self, log_in: LogIn, depot: Depot, settings, tmp_path) -> None:
        settings.EVKIT_DATA_DIR = tmp_path
        job = add_received_file(depot)
        FileJob.objects.filter(pk=job.pk).update(state="failed", error="UploadFailed")
        page = log_in(Role.GUEST, language="fr").get(reverse("charge_point_files", args=["depot", "A_001"]))
        assert '<span class="sub">L’envoi a échoué</span>' in page.content.decode()

    def test_a_stop_in_quarantine_tells_its_reason(self, log_in: LogIn, depot: Depot) -> None:
        OrphanStop.objects.create(
            charge_point=depot.charging, digest="d1", claimed_id=-1, stopped_at=NOW, received_at=NOW,
            reason="EVDisconnected", payload={},
        )  # fmt: skip
        page = log_in(Role.OPERATOR, language="fr").get(reverse("orphans", args=["depot"])).content.decode()
        assert "<dd>Véhicule débranché</dd>" in page

    def test_the_operation_list_tells_why_a_start_was_refused(self, log_in: LogIn, depot: Depot) -> None:
        evse = depot.charging.evses.get(number=2)
        type(evse.state).objects.filter(pk=evse.pk).update(status="Preparing")
        at = utc_now() - timedelta(minutes=1)
        Command.objects.create(
            charge_point=depot.charging, action="RemoteStartTransaction", evse_number=2, payload={},
            state="rejected", response={"status": "Rejected"}, created_at=at, deadline=at, finished_at=at,
            requested_name="ann",
        )  # fmt: skip
        page = log_in(Role.GUEST, language="fr").get(reverse("operation", args=["depot"])).content.decode()
        assert "démarrage refusé (Refusé)" in page

    def test_an_operation_tells_what_came_of_it(self, log_in: LogIn, depot: Depot) -> None:
        batch = OperationBatch.objects.create(
            site=depot.site, operation="reset", token=uuid4(), created_at=NOW, requested_name=AUTOMATIC.name
        )
        told: list[tuple[str, dict[str, object]]] = [
            ("expired", {"error": NOT_SENT}),
            ("rejected", {"response": {"status": "Rejected"}}),
        ]
        for number, (state, fields) in enumerate(told):
            command = Command.objects.create(
                charge_point=depot.charging, action="Reset", payload={}, state=state, created_at=NOW,
                deadline=NOW, finished_at=NOW, **fields,
            )  # fmt: skip
            OperationLine.objects.create(
                batch=batch, charge_point=depot.charging, command=command, position=number
            )
        client = log_in(Role.GUEST, language="fr")
        page = client.get(reverse("operation_batch", args=["depot", batch.pk])).content.decode()
        assert "La borne n’a pas pu être jointe à temps." in page
        assert ">Refusé</td>" in page
        assert "could not be reached" not in page
        listed = client.get(reverse("operation_batches", args=["depot"])).content.decode()
        assert "evkit (automatique)" in page
        assert "evkit (automatique)" in listed
