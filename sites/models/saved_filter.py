from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sites.models.user import User

QUERY_LENGTH = 2000


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    """Chainable reads of saved filters."""

    def visible_to(self, user: User) -> SavedFilterQuerySet:
        """Return the user's own filters and those shared with everybody."""
        return self.filter(Q(user=user) | Q(shared=True))

    def of_page(self, page: str) -> SavedFilterQuerySet:
        """Return the filters of one list page, shared ones first."""
        return self.filter(page=page).order_by("-shared", "name", "pk")


class SavedFilter(models.Model):
    """Filters, order and columns of a list page that a user keeps under a name.

    `page` is the name of the list (`charge_points`, `connectors`), `query` its query string without the
    page number. A shared one is offered to everybody; it holds no data, so it shows nobody more than
    they may see. The one that `opens` is what its user sees where the address of the list asks for nothing.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="saved_filters", verbose_name=_("user")
    )
    page = models.SlugField(_("page"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("query"), max_length=QUERY_LENGTH, blank=True)
    shared = models.BooleanField(_("shared with everybody"), default=False)

    opens = models.BooleanField(_("opens by itself"), default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["page", "name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_filter_name_once"),
            models.UniqueConstraint(
                fields=["user", "page"], condition=Q(opens=True), name="saved_filter_one_opens"
            ),
        ]

    def __str__(self) -> str:
        return self.name
