from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from charging.models import LastAuthorization
from charging.services.authorization import TagFacts, authorize, judge
from charging.types import AuthorizationStatus as Status
from sites.types import UnknownTagPolicy
from tests.factories import ChargePointFactory, IdTokenFactory, TransactionFactory

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestJudge:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            (TagFacts(known=True), (Status.ACCEPTED, False)),
            (TagFacts(known=True, blocked=True, expires_at=NOW - HOUR), (Status.BLOCKED, False)),
            (TagFacts(known=True, expires_at=NOW - HOUR), (Status.EXPIRED, False)),
            (TagFacts(known=True, expires_at=NOW), (Status.EXPIRED, False)),
            (TagFacts(known=True, expires_at=NOW + HOUR), (Status.ACCEPTED, False)),
            (TagFacts(known=True, elsewhere=4711), (Status.CONCURRENT_TX, False)),
            (TagFacts(known=False), (Status.INVALID, False)),
            (TagFacts(known=False, unknown_tags=UnknownTagPolicy.ACCEPT), (Status.ACCEPTED, False)),
            (TagFacts(known=False, unknown_tags=UnknownTagPolicy.OPERATOR), (Status.INVALID, True)),
            (
                TagFacts(known=False, unknown_tags=UnknownTagPolicy.OPERATOR, operator=Status.ACCEPTED),
                (Status.ACCEPTED, False),
            ),
            (
                TagFacts(known=False, unknown_tags=UnknownTagPolicy.OPERATOR, operator=Status.INVALID),
                (Status.INVALID, True),
            ),
        ],
    )
    def test_the_decision_follows_from_the_facts(self, facts, expected):
        assert judge(facts, NOW) == expected


@pytest.mark.django_db
class TestAuthorize:
    def status(self, charge_point, value, **others):
        return authorize(
            charge_point_id=charge_point.pk, id_tag=value, at=others.pop("at", NOW), **others
        ).status

    @pytest.mark.parametrize("sent", ["b4a63cdf2212", "B4A63CDF2212", " B4a63cdf2212 "])
    def test_case_and_blanks_do_not_matter(self, charge_point, tag, sent):
        assert self.status(charge_point, sent) == Status.ACCEPTED

    @pytest.mark.parametrize(
        ("sent", "expected"),
        [
            ("047DAFBA7F823100", "Accepted"),
            ("047dafba7f823100", "Accepted"),
            ("047DAFBA", "Accepted"),
            ("047DAFB", "Invalid"),
            ("147DAFBA7F823100", "Invalid"),
            ("047DAFBA7F82", "Blocked"),
            ("047DAFBA7F82310000", "Blocked"),
        ],
    )
    def test_a_charge_point_may_add_characters_of_its_own(self, charge_point, sent, expected):
        IdTokenFactory(value="047DAFBA")
        if expected == "Blocked":
            IdTokenFactory(value="047DAFBA7F82", blocked=True)
        charge_point.quirk_switches = {"tag_suffix": True}
        charge_point.save()
        assert self.status(charge_point, sent) == expected

    def test_elsewhere_a_longer_tag_is_another_tag(self, charge_point):
        IdTokenFactory(value="047DAFBA")
        assert self.status(charge_point, "047DAFBA7F823100") == "Invalid"

    @pytest.mark.parametrize("sent", ["", "FFFF", "x" * 5000])
    def test_an_unknown_tag_is_invalid_by_default(self, charge_point, sent):
        assert self.status(charge_point, sent) == Status.INVALID

    def test_a_charge_point_without_a_site_refuses_unknown_tags(self, db):
        assert self.status(ChargePointFactory(site=None), "FFFF") == Status.INVALID

    def test_the_parent_counts_too(self, charge_point):
        blocked = IdTokenFactory(blocked=True)
        expired = IdTokenFactory(expires_at=NOW - HOUR)
        assert self.status(charge_point, IdTokenFactory(parent=blocked).value) == Status.BLOCKED
        assert self.status(charge_point, IdTokenFactory(parent=expired).value) == Status.EXPIRED

    def test_the_answer_tells_parent_expiry_and_vehicle(self, charge_point, tag):
        tag.parent, tag.expires_at = IdTokenFactory(value="FLEET"), NOW + HOUR
        tag.save()
        decision = authorize(charge_point_id=charge_point.pk, id_tag=tag.value, at=NOW)
        assert (decision.parent, decision.expires_at, decision.token_id) == ("FLEET", NOW + HOUR, tag.pk)

    def test_a_tag_that_charges_elsewhere_is_refused(self, charge_point, tag):
        TransactionFactory(id_token=tag)
        assert self.status(charge_point, tag.value) == Status.CONCURRENT_TX

    def test_a_shared_tag_may_charge_at_several_places(self, charge_point, tag):
        tag.concurrent = True
        tag.save()
        TransactionFactory(id_token=tag)
        assert self.status(charge_point, tag.value) == Status.ACCEPTED

    def test_a_connector_that_is_free_again_is_not_charging(self, charge_point, tag):
        row = TransactionFactory(id_token=tag)
        row.evse.state.status = "Available"
        row.evse.state.save()
        assert self.status(charge_point, tag.value) == Status.ACCEPTED

    def test_a_tag_may_end_its_transaction_at_the_same_charge_point(self, charge_point, tag):
        TransactionFactory(id_token=tag, evse=charge_point.evses.first())
        assert self.status(charge_point, tag.value) == Status.ACCEPTED

    def test_a_second_connector_of_the_charge_point_is_elsewhere_for_a_start(self, charge_point, tag):
        first, second = charge_point.evses.all()
        TransactionFactory(id_token=tag, evse=first)
        assert self.status(charge_point, tag.value, evse_id=second.pk) == Status.CONCURRENT_TX
        assert self.status(charge_point, tag.value, evse_id=first.pk) == Status.ACCEPTED

    def test_an_offline_start_is_judged_as_of_then(self, charge_point, tag):
        tag.expires_at = NOW - HOUR
        tag.save()
        assert self.status(charge_point, tag.value, at=NOW - 2 * HOUR) == Status.ACCEPTED
        assert self.status(charge_point, tag.value) == Status.EXPIRED

    def test_the_last_answer_is_remembered_once_per_charge_point_and_tag(self, charge_point, tag):
        for at in (NOW - HOUR, NOW):
            authorize(charge_point_id=charge_point.pk, id_tag="b4a63cdf2212", at=at, remember=True)
        row = LastAuthorization.objects.get()
        assert (row.key, row.status, row.at) == ("B4A63CDF2212", Status.ACCEPTED, NOW)

    @pytest.mark.parametrize(
        ("own", "parents", "status", "decided_by"),
        [
            ({"blocked": True}, {"blocked": True}, Status.BLOCKED, ""),
            ({}, {"blocked": True}, Status.BLOCKED, "FLEET"),
            ({}, {"expires_at": NOW - HOUR}, Status.EXPIRED, "FLEET"),
            ({"expires_at": NOW - 2 * HOUR}, {"expires_at": NOW - HOUR}, Status.EXPIRED, ""),
            ({}, {}, Status.ACCEPTED, ""),
        ],
    )
    def test_a_refusal_is_remembered_with_the_parent_that_decided(
        self, charge_point, own, parents, status, decided_by
    ):
        value = IdTokenFactory(parent=IdTokenFactory(value="FLEET", **parents), **own).value
        authorize(charge_point_id=charge_point.pk, id_tag=value, at=NOW, remember=True)
        row = LastAuthorization.objects.get()
        assert (row.status, row.parent, row.elsewhere) == (status, decided_by, None)

    def test_a_refusal_is_remembered_with_the_transaction_elsewhere(self, charge_point, tag):
        running = TransactionFactory(id_token=tag)
        authorize(charge_point_id=charge_point.pk, id_tag=tag.value, at=NOW, remember=True)
        row = LastAuthorization.objects.get()
        assert (row.status, row.elsewhere) == (Status.CONCURRENT_TX, running.pk)
