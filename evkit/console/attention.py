"""What needs somebody on a site: faults before lost connections, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _

from evkit.console.cards import ChargePointCard
from evkit.console.states import Group, State

SHOWN: Final = 3
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that is wrong: where, what, since when, and the page where it is mended."""

    place: str
    text: str
    href: str
    state: State
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Attention:
    """The first concerns of a site, and how many there are beside them."""

    shown: Sequence[Concern]
    others: int
    group: Group = Group.FAULTED


def attention_of(cards: Sequence[ChargePointCard]) -> Attention:
    """Return what is wrong on a site."""
    faults = sorted((each for card in cards for each in _faults(card)), key=_age)
    losses = sorted((_loss(card) for card in cards if not card.online), key=_age)
    found = [*faults, *losses]
    group = Group.FAULTED if len(faults) > SHOWN or not losses else Group.OFFLINE
    return Attention(found[:SHOWN], max(len(found) - SHOWN, 0), group)


def _age(concern: Concern) -> datetime:
    return concern.since or LONG_AGO


def _faults(card: ChargePointCard) -> Iterator[Concern]:
    faulted = [conn for conn in card.connectors if conn.state is State.FAULTED]
    for conn in faulted:
        place = card.title
        if card.single is None:
            place = _("%(place)s, connector %(number)d") % {"place": place, "number": conn.number}
        text = conn.fault or str(State.FAULTED.label)
        yield Concern(place, text, f"{card.href}?connector={conn.number}", State.FAULTED, conn.since)
    if card.state is State.FAULTED and not faulted:
        yield Concern(card.title, card.fault or str(card.state.label), card.href, card.state, card.since)


def _loss(card: ChargePointCard) -> Concern:
    text = _("Offline") if card.last_seen_at else _("Never connected")
    return Concern(card.title, text, card.href, State.OFFLINE, card.since)
