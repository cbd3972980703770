"""Real sessions second by second against smart charging as it runs, with everything that goes wrong.

Only the sockets are left out: commands are taken from the database and answered there; rows, planning and
time are those of the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from django.db.models import Q

from chargers.models import ChargePointState, Command, Evse, EvseState
from chargers.types import CommandState
from charging.models import Transaction
from charging.services.smart.balancing import rebalance
from charging.services.smart.marks import LIMIT_ID
from evkit.core.db import columns, update_rows
from tests.charging.replay.post import HARDWARE_A, VOLTAGE_V, Character, Post
from tests.charging.replay.sessions import Session
from tests.factories import ChargePointFactory, SiteFactory, TransactionFactory

MIDNIGHT: Final = datetime(2026, 5, 7, tzinfo=UTC)
CYCLE_S: Final = 10
METER_S: Final = 10
ANSWER_WITHIN_S: Final = 30
LAZY_S: Final = 2

_STATE: Final = columns(
    evse_id="bigint",
    current_l1_a="float8",
    power_w="float8",
    measured_at="timestamptz",
    measured_device_at="timestamptz",
    measured_received_at="timestamptz",
)
_ENERGY: Final = columns(number="int4", energy_wh="float8")


@dataclass(frozen=True)
class Troubles:
    """What goes wrong.

    Attributes:
        latency_s: range of the time to obey.
        exactness: range of what is drawn over what may be.
        lost: part of the answers that never arrive.
        reboots, absences: how many there are in an hour, of all charge points together.
        absent_s: how long an absence is at most.
        disobedient: part of the charge points that draw what they like.
        dead: from when to when evkit does not run, in s since midnight.
    """

    latency_s: tuple[float, float] = (2.0, 30.0)
    exactness: tuple[float, float] = (0.94, 1.0)
    lost: float = 0.0
    reboots: float = 0.0
    absences: float = 0.0
    absent_s: int = 900
    disobedient: float = 0.0
    dead: tuple[tuple[int, int], ...] = ()


@dataclass
class Measured:
    """What came of it: energies in Wh, power in W."""

    over_s: int = 0
    longest_over_s: int = 0
    most_w: float = 0.0
    delivered_wh: float = 0.0
    demand_wh: float = 0.0
    sessions: int = 0
    changes: int = 0
    messages: int = 0
    shares: list[float] = field(default_factory=list)

    @property
    def changes_per_session(self) -> float:
        """How often a vehicle's limit was changed."""
        return self.changes / max(self.sessions, 1)


class World:
    """A garage of single-phase connectors of 32 A with one limit."""

    def __init__(
        self, sessions: Sequence[Session], *, limit_w: float, starts: int, troubles: Troubles, seed: int = 1
    ) -> None:
        self.random = Random(seed)
        self.troubles = troubles
        self.limit_w = limit_w
        self.sessions = list(sessions)
        self.site = SiteFactory(
            limit_value=limit_w, smart_charging_enabled=True, launch_reserve=starts, voltage_v=VOLTAGE_V
        )
        self.found = Measured()
        self.evses: dict[str, Evse] = {}
        self.pks: dict[int, int] = {}
        self.posts: dict[int, Post] = {}
        self.back_at: dict[int, int] = {}
        self.busy: dict[int, tuple[float, Command, bool]] = {}
        self.last_told: dict[int, float] = {}
        self.newest = 0
        self.due_at = 0.0
        self.look = True
        self.over_for = 0
        for name in sorted({session.station for session in sessions}):
            self._build(name)

    def _build(self, name: str) -> None:
        point = ChargePointFactory(site=self.site, identity=name)
        evse = Evse.objects.create(
            charge_point=point, number=1, phases=1, max_current_a=HARDWARE_A, current="AC"
        )
        EvseState.objects.create(evse=evse)
        ChargePointState.objects.filter(pk=point.pk).update(
            connected=True, connected_at=self.time(-3600), booted_at=self.time(-3600), clock_offset_s=0.0
        )
        character = Character(
            latency_s=self.random.uniform(*self.troubles.latency_s),
            exactness=self.random.uniform(*self.troubles.exactness),
            obeys=self.random.random() >= self.troubles.disobedient,
        )
        self.evses[name] = evse
        self.pks[point.pk] = evse.pk
        self.posts[point.pk] = Post(self.random, character)

    def time(self, seconds: float) -> datetime:
        return MIDNIGHT + timedelta(seconds=seconds)

    def run(self, begin: int, end: int) -> Measured:
        """Let time pass; sessions under way at the beginning begin then."""
        self.due_at = begin
        for second in range(begin, end):
            self._come_and_go(second, begin, end)
            self._trouble(second)
            self._deliver(second)
            self._draw(second)
            if second % METER_S == 0:
                self._meter(second)
            if not self._is_dead(second) and (second >= self.due_at or second % CYCLE_S == 0):
                self._balance(second)
        for post in self.posts.values():
            self._note_energy(post)
        return self.found

    def _is_dead(self, second: int) -> bool:
        return any(begin <= second < end for begin, end in self.troubles.dead)

    def _balance(self, second: int) -> None:
        self.due_at = float("inf")
        self.look = True
        rebalance(site_id=self.site.pk, now=self.time(second))

    def _soon(self, second: int, within_s: int = 0) -> None:
        self.due_at = min(self.due_at, second + within_s)

    # Vehicles

    def _come_and_go(self, second: int, begin: int, end: int) -> None:
        for session in self.sessions:
            evse = self.evses[session.station]
            post = self.posts[evse.charge_point_id]
            if post.session is session and second >= session.departs_s:
                self._leave(post, evse, second)
            arrives = max(session.arrives_s, begin + 60)
            if second == arrives and session.departs_s > second + 60 and post.session is None:
                self._arrive(post, session, second, min(session.departs_s, end))

    def _arrive(self, post: Post, session: Session, second: int, until: int) -> None:
        post.plug_in(session)
        self.found.sessions += 1
        self.found.demand_wh += min(session.energy_wh, post.full_a * VOLTAGE_V * (until - second) / 3600)
        self._tell_start(post, self.evses[session.station], second, second)

    def _tell_start(self, post: Post, evse: Evse, second: int, began: int) -> None:
        if not post.online or self._is_dead(second) or post.session is None or post.number is not None:
            return
        row = TransactionFactory(
            evse=evse, started_at=self.time(began), started_received_at=self.time(second), vehicle=None
        )
        post.number = row.number
        self._soon(second)

    def _leave(self, post: Post, evse: Evse, second: int) -> None:
        self._note_energy(post)
        post.unplug()
        self._tell_stop(post, evse, second)

    def _tell_stop(self, post: Post, evse: Evse, second: int) -> None:
        if not post.online or self._is_dead(second):
            return
        over = Transaction.objects.filter(evse=evse, ended_at=None)
        if post.number is not None:
            over = over.exclude(pk=post.number)
        if over.update(ended_at=self.time(second)):
            EvseState.objects.filter(pk=evse.pk).update(power_w=0.0, current_l1_a=0.0)
            self._soon(second)

    def _note_energy(self, post: Post) -> None:
        if post.session is not None:
            self.found.delivered_wh += post.delivered_wh
            self.found.shares.append(post.delivered_wh / post.session.energy_wh)

    # Connections

    def _trouble(self, second: int) -> None:
        for begin, end in self.troubles.dead:
            if second == begin:
                self._lose_everybody(second)
            if second == end:
                self._meet_everybody(second)
        for pk, back in list(self.back_at.items()):
            if second >= back and not self._is_dead(second):
                del self.back_at[pk]
                self._come_back(pk, second)
        if self.random.random() < self.troubles.absences / 3600:
            self._go_away(second, self.random.randint(20, self.troubles.absent_s))
        if self.random.random() < self.troubles.reboots / 3600:
            self._go_away(second, 30, reboots=True)

    def _go_away(self, second: int, seconds: int, *, reboots: bool = False) -> None:
        pk = self.random.choice(list(self.posts))
        post = self.posts[pk]
        if not post.online:
            return
        if reboots:
            post.reboot()
        post.online = False
        self.back_at[pk] = second + seconds
        ChargePointState.objects.filter(pk=pk).update(connected=False, disconnected_at=self.time(second))
        if pk in self.busy:
            self._finish(pk, CommandState.TIMED_OUT, second)
        self._soon(second, LAZY_S)

    def _come_back(self, pk: int, second: int) -> None:
        post, evse = self.posts[pk], Evse.objects.select_related("charge_point").get(charge_point=pk)
        post.online = True
        ChargePointState.objects.filter(pk=pk).update(connected=True, connected_at=self.time(second))
        self._tell_stop(post, evse, second)
        self._tell_start(post, evse, second, second - 1)
        self._soon(second, LAZY_S)

    def _lose_everybody(self, second: int) -> None:
        for pk in list(self.busy):
            self._finish(pk, CommandState.TIMED_OUT, second)

    def _meet_everybody(self, second: int) -> None:
        ChargePointState.objects.filter(charge_point__site=self.site).update(
            connected=False, disconnected_at=self.time(second)
        )
        for pk, post in self.posts.items():
            post.online = False
            self.back_at[pk] = max(self.back_at.get(pk, 0), second + self.random.randint(0, 15))

    # Messages

    def _deliver(self, second: int) -> None:
        for pk, (at, command, answered) in list(self.busy.items()):
            if second < at:
                continue
            if not answered:
                self._finish(pk, CommandState.TIMED_OUT, second)
                continue
            self._finish(pk, self._carry_out(pk, command, at), second)
        if self._is_dead(second) or not self.look:
            return
        waiting = self._waiting(second)
        self.look = bool(waiting)
        for command in waiting:
            pk = command.charge_point_id
            if pk in self.busy or not self.posts[pk].online:
                continue
            Command.objects.filter(pk=command.pk).update(state=CommandState.SENT, sent_at=self.time(second))
            self.found.messages += 1
            answered = self.random.random() >= self.troubles.lost
            if not answered and self.random.random() < 0.5:  # it is obeyed, but nobody knows
                self._carry_out(pk, command, second)
            wait = self.random.uniform(0, 1) if answered else ANSWER_WITHIN_S
            self.busy[pk] = (second + wait, command, answered)

    def _waiting(self, second: int) -> list[Command]:
        """Return what is to be sent, after what was not sent in time has expired."""
        queued = Command.objects.filter(state=CommandState.QUEUED, charge_point__site=self.site)
        late = Q(deadline__lt=self.time(second))
        if second % 5 == 0:
            queued.filter(late).update(state=CommandState.EXPIRED, finished_at=self.time(second))
        return list(queued.exclude(late).order_by("pk"))

    def _carry_out(self, pk: int, command: Command, now: float) -> CommandState:
        post = self.posts[pk]
        if command.action == "ClearChargingProfile":
            post.clear(command.payload["id"], now)
            return CommandState.ACCEPTED
        accepted = post.take(command.payload, now, MIDNIGHT)
        profile = command.payload["csChargingProfiles"]
        if profile["chargingProfileId"] > LIMIT_ID and profile["chargingProfilePurpose"] == "TxProfile":
            told = profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"]
            self.found.changes += accepted and self.last_told.get(profile["transactionId"]) != told
            self.last_told[profile["transactionId"]] = told
        return CommandState.ACCEPTED if accepted else CommandState.REJECTED

    def _finish(self, pk: int, state: CommandState, second: int) -> None:
        _at, command, _answered = self.busy.pop(pk)
        Command.objects.filter(pk=command.pk).update(state=state, finished_at=self.time(second))
        self._soon(second, LAZY_S)

    # Power

    def _draw(self, second: int) -> None:
        power = sum(post.step(second) for post in self.posts.values()) * VOLTAGE_V
        self.found.most_w = max(self.found.most_w, power)
        self.over_for = self.over_for + 1 if power > self.limit_w + 1 else 0
        self.found.over_s += self.over_for > 0
        self.found.longest_over_s = max(self.found.longest_over_s, self.over_for)

    def _meter(self, second: int) -> None:
        if self._is_dead(second):
            return
        moment = self.time(second)
        heard = [(pk, post) for pk, post in self.posts.items() if post.online and post.number is not None]
        rows = [
            (self.pks[pk], drawn, drawn * VOLTAGE_V, moment, moment, moment)
            for pk, post in heard
            for drawn in (post.draws(second),)
        ]
        update_rows("chargers_evsestate", _STATE, rows)
        update_rows(
            "charging_transaction", _ENERGY, [(post.number, post.delivered_wh) for _pk, post in heard]
        )
