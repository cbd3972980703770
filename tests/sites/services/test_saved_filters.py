from __future__ import annotations

import pytest

from evkit.core.errors import ForbiddenError
from history.models import AuditEntry
from sites.models import SavedFilter, User
from sites.permissions import principal_of_user
from sites.services.saved_filters import (
    MAX_PER_PAGE,
    SavedFilterError,
    change_filter,
    delete_filter,
    may_change,
    save_filter,
)
from sites.types import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return User.objects.create_user("ann", role=Role.OPERATOR)


@pytest.fixture
def guest():
    return User.objects.create_user("guest", role=Role.GUEST)


@pytest.fixture
def chief():
    return User.objects.create_user("chief", role=Role.ADMINISTRATOR)


def save(user, name="Faults", query="state=faulted", **more):
    return save_filter(user=user, page="connectors", name=name, query=query, **more)


class TestSaveFilter:
    def test_keeps_it_for_its_user_alone(self, ann, guest):
        kept = save(ann, name="  Faults   at night ")
        assert (kept.name, kept.query, kept.shared) == ("Faults at night", "state=faulted", False)
        assert list(SavedFilter.objects.visible_to(ann)) == [kept]
        assert not SavedFilter.objects.visible_to(guest)

    def test_a_guest_keeps_filters_too(self, guest):
        assert save(guest).user == guest

    def test_the_same_name_replaces_it(self, ann):
        first = save(ann)
        again = save(ann, query="state=offline")
        assert (again.pk, again.query) == (first.pk, "state=offline")
        assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["create", "change"]

    @pytest.mark.parametrize("name", ["", "   ", "x" * 61])
    def test_refuses_a_name_that_cannot_be_shown(self, ann, name):
        with pytest.raises(SavedFilterError):
            save(ann, name=name)
        assert not SavedFilter.objects.exists()

    def test_refuses_what_is_too_long(self, ann):
        with pytest.raises(SavedFilterError):
            save(ann, query="q=" + "x" * 2000)

    def test_refuses_more_than_anybody_reads(self, ann):
        for number in range(MAX_PER_PAGE):
            save(ann, name=f"Filter {number}")
        with pytest.raises(SavedFilterError):
            save(ann, name="One more")
        assert save(ann, name="Filter 3", query="q=a").query == "q=a"

    def test_only_an_administrator_shares(self, ann, guest, chief):
        with pytest.raises(ForbiddenError):
            save(ann, shared=True)
        shared = save(chief, shared=True)
        assert list(SavedFilter.objects.visible_to(guest)) == [shared]


class TestChangeFilter:
    def test_renames(self, ann):
        kept = change_filter(user=ann, saved=save(ann), name="Defects", shared=False)
        kept.refresh_from_db()
        assert kept.name == "Defects"

    def test_refuses_a_name_that_is_taken(self, ann):
        save(ann, name="Offline")
        kept = save(ann)
        with pytest.raises(SavedFilterError):
            change_filter(user=ann, saved=kept, name="Offline", shared=False)
        kept.refresh_from_db()
        assert kept.name == "Faults"

    def test_refuses_somebody_elses(self, ann, guest, chief):
        shared = save(chief, shared=True)
        for user in (ann, guest):
            with pytest.raises(ForbiddenError):
                change_filter(user=user, saved=shared, name="Mine", shared=True)
        shared.refresh_from_db()
        assert shared.name == "Faults"

    def test_only_an_administrator_shares(self, ann):
        kept = save(ann)
        with pytest.raises(ForbiddenError):
            change_filter(user=ann, saved=kept, name="Faults", shared=True)
        kept.refresh_from_db()
        assert not kept.shared


class TestDeleteFilter:
    def test_deletes_ones_own_and_tells_the_journal(self, ann):
        delete_filter(user=ann, saved=save(ann))
        assert not SavedFilter.objects.exists()
        assert AuditEntry.objects.filter(verb="delete", object_type="saved_filter").count() == 1

    def test_an_administrator_deletes_a_shared_one_but_not_a_private_one(self, ann, chief):
        private = save(ann)
        with pytest.raises(ForbiddenError):
            delete_filter(user=chief, saved=private)
        other = User.objects.create_user("other", role=Role.ADMINISTRATOR)
        delete_filter(user=chief, saved=save(other, shared=True))
        assert list(SavedFilter.objects.all()) == [private]


class TestMayChange:
    def test_ones_own_or_a_shared_one_as_administrator(self, ann, guest, chief):
        kept = save(ann)
        assert [may_change(principal_of_user(u), u, kept) for u in (ann, guest, chief)] == [
            True,
            False,
            False,
        ]
