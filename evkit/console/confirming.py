"""What a confirmation says before an operation: what will happen, to what, and what may be regretted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from chargers.models import ChargePoint, ChargePointState
from charging.models import Transaction
from charging.services.operations import WAVE, WAVE_EVERY, reset_duration
from charging.services.planning import Target
from charging.types import Operation
from evkit.console.formats import duration
from sites.models import Site

ENDS_CHARGES: Final = frozenset({Operation.STOP, Operation.RESET, Operation.UNLOCK})
DANGEROUS: Final = frozenset({Operation.STOP, Operation.RESET, Operation.OUT_OF_SERVICE})

ONE: Final[dict[Operation, Promise]] = {
    Operation.START: gettext_lazy("Start a charge on %(first)s"),
    Operation.STOP: gettext_lazy("Stop the charge of %(first)s"),
    Operation.PAUSE: gettext_lazy("Pause the charge of %(first)s"),
    Operation.RESUME: gettext_lazy("Resume the charge of %(first)s"),
    Operation.IN_SERVICE: gettext_lazy("Put %(first)s into service"),
    Operation.OUT_OF_SERVICE: gettext_lazy("Take %(first)s out of service"),
    Operation.RESET: gettext_lazy("Reset %(first)s"),
    Operation.UNLOCK: gettext_lazy("Unlock %(first)s"),
}
MANY: Final[dict[Operation, Any]] = {
    Operation.START: ngettext_lazy(
        "Start a charge on %(first)s and %(others)d other",
        "Start a charge on %(first)s and %(others)d others",
        "others",
    ),
    Operation.STOP: ngettext_lazy(
        "Stop the charges of %(first)s and %(others)d other",
        "Stop the charges of %(first)s and %(others)d others",
        "others",
    ),
    Operation.PAUSE: ngettext_lazy(
        "Pause the charges of %(first)s and %(others)d other",
        "Pause the charges of %(first)s and %(others)d others",
        "others",
    ),
    Operation.RESUME: ngettext_lazy(
        "Resume the charges of %(first)s and %(others)d other",
        "Resume the charges of %(first)s and %(others)d others",
        "others",
    ),
    Operation.IN_SERVICE: ngettext_lazy(
        "Put %(first)s and %(others)d other into service",
        "Put %(first)s and %(others)d others into service",
        "others",
    ),
    Operation.OUT_OF_SERVICE: ngettext_lazy(
        "Take %(first)s and %(others)d other out of service",
        "Take %(first)s and %(others)d others out of service",
        "others",
    ),
    Operation.RESET: ngettext_lazy(
        "Reset %(first)s and %(others)d other", "Reset %(first)s and %(others)d others", "others"
    ),
    Operation.UNLOCK: ngettext_lazy(
        "Unlock %(first)s and %(others)d other", "Unlock %(first)s and %(others)d others", "others"
    ),
}
SUBMIT: Final[dict[Operation, Promise]] = {
    Operation.START: gettext_lazy("Start"),
    Operation.STOP: gettext_lazy("Stop the charge"),
    Operation.PAUSE: gettext_lazy("Pause the charge"),
    Operation.RESUME: gettext_lazy("Resume the charge"),
    Operation.IN_SERVICE: gettext_lazy("Put into service"),
    Operation.OUT_OF_SERVICE: gettext_lazy("Take out of service"),
    Operation.RESET: gettext_lazy("Reset"),
    Operation.UNLOCK: gettext_lazy("Unlock"),
}
SHORT: Final[dict[Operation, Promise]] = {
    Operation.IN_SERVICE: gettext_lazy("In service"),
    Operation.OUT_OF_SERVICE: gettext_lazy("Out of service"),
}
ICONS: Final = {
    Operation.START: "player-play",
    Operation.STOP: "player-stop",
    Operation.PAUSE: "player-pause",
    Operation.RESUME: "player-play",
    Operation.IN_SERVICE: "power",
    Operation.OUT_OF_SERVICE: "ban",
    Operation.RESET: "refresh",
    Operation.UNLOCK: "lock-open",
}


def short_label(operation: Operation) -> str:
    """Return the text of a small button."""
    return str(SHORT.get(operation, operation.label))


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A planned operation in words; `warnings` are what may be regretted."""

    operation: Operation
    targets: Sequence[Target]
    warnings: Sequence[str]

    @property
    def asked(self) -> list[Target]:
        """The targets that will be asked for something."""
        return [target for target in self.targets if target.obstacle is None]

    @property
    def hindered(self) -> list[Target]:
        """The targets where there is nothing to do."""
        return [target for target in self.targets if target.obstacle is not None]

    @property
    def ending(self) -> list[Transaction]:
        """The running transactions that will end."""
        if self.operation not in ENDS_CHARGES:
            return []
        return [item for target in self.asked for item in target.running]

    @property
    def heading(self) -> str:
        """What will happen, to what."""
        return headline(self.operation, self.asked or self.targets)

    @property
    def consequence(self) -> str:
        """How many charges will end; empty when none will."""
        count = len(self.ending)
        if not count:
            return ""
        text = ngettext(
            "%(count)d running transaction will end.", "%(count)d running transactions will end.", count
        )
        return text % {"count": count}

    @property
    def submit(self) -> str:
        """The text of the button."""
        return str(SUBMIT[self.operation])

    @property
    def icon(self) -> str:
        """The icon of the operation."""
        return ICONS[self.operation]

    @property
    def danger(self) -> bool:
        """Whether the button is shown as one to think about."""
        return self.operation in DANGEROUS


def headline(operation: Operation, targets: Sequence[Target]) -> str:
    """Return the operation with its first target and how many others there are."""
    words: dict[str, object] = {"first": target_title(targets[0]), "others": len(targets) - 1}
    text: Any = MANY[operation] if targets[1:] else ONE[operation]
    return str(text % words)


def target_title(target: Target) -> str:
    """Return what a target is called."""
    return f"{target.charge_point} / {target.evse.number}" if target.evse else str(target.charge_point)


def confirmation(site: Site, operation: Operation, targets: Sequence[Target]) -> Confirmation:
    """Return what is said before an operation."""
    asked = [target for target in targets if target.obstacle is None]
    points = {target.charge_point.pk for target in asked}
    warnings = [_offline(points)]
    if operation == Operation.RESET:
        warnings += [_whole_site(site, len(points)), _staggered(len(points))]
    if operation == Operation.OUT_OF_SERVICE and any(target.running for target in asked):
        warnings.append(_("A connector that is charging goes out of service when its charge has ended."))
    return Confirmation(operation, targets, [text for text in warnings if text])


def _offline(points: set[int]) -> str:
    online = ChargePointState.objects.filter(pk__any_of=points, connected=True).count()
    count = len(points) - online
    if not count:
        return ""
    text = ngettext(
        "%(count)d charge point is offline: it is asked only if it comes back within a minute.",
        "%(count)d charge points are offline: they are asked only if they come back within a minute.",
        count,
    )
    return text % {"count": count}


def _whole_site(site: Site, count: int) -> str:
    total = ChargePoint.objects.of_site(site).count()
    if count < 2 or count < total:
        return ""
    return _("These are all charge points of %(site)s.") % {"site": site.name}


def _staggered(count: int) -> str:
    if count <= WAVE:
        return ""
    return _(
        "They reset in groups of %(number)d every %(every)s, so that not all of them start again at once:"
        " the last after %(all)s."
    ) % {
        "number": WAVE,
        "every": duration(WAVE_EVERY.total_seconds()),
        "all": duration(reset_duration(count).total_seconds()),
    }
