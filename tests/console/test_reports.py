"""Reports: figures worked out by hand on a small depot, the page, its periods, and its files."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from chargers.models import ChargePoint, Command, Connection, DeferredAnswer, Outage
from charging.models import RefusedRequest
from evkit.console.reporting.bars import Bar, bar_chart, scale
from evkit.console.reporting.charges import Charges, Span, charges_by
from evkit.console.reporting.peaks import Peak, highest, peak_of_site, peaks_over_time, peaks_together
from evkit.console.reporting.period import Bucket, Unit, read_report_period
from evkit.console.reporting.report import point_lines, stretches, together
from evkit.console.reporting.service_level import availability_of
from evkit.console.views.reports import MOST_COLUMNS
from history.models import PowerRollup
from history.rollups.power import STEPS, WHOLE_SITE
from sites.models import Site
from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector, add_site, add_user
from tests.factories import ChargePointFactory, TransactionFactory, VehicleFactory

PARIS = ZoneInfo("Europe/Paris")
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARCH = Span(SINCE, UNTIL, UNTIL + HOUR)
APRIL = "from=2026-04-01&to=2026-04-30"
LogIn = Callable[..., Client]


def hours(number: float) -> datetime:
    return SINCE + number * HOUR


def point(connectors: int = 1, *, online: bool = True) -> ChargePoint:
    """A charge point that has been connected since the beginning of the period."""
    row: ChargePoint = ChargePointFactory(evses=connectors)
    if online:
        connect(row, 0)
    return row


def connect(row: ChargePoint, begin: float, end: float | None = None) -> None:
    Connection.objects.create(
        token=uuid4(), charge_point=row, opened_at=hours(begin), closed_at=None if end is None else hours(end)
    )


def charge(row: ChargePoint, begin: float, end: float | None = None, **fields: Any) -> Any:
    ended = None if end is None else hours(end)
    return TransactionFactory(evse=row.evses.first(), started_at=hours(begin), ended_at=ended, **fields)


@pytest.mark.django_db
class TestCharges:
    def test_energy_counts_what_can_be_trusted_and_tells_what_it_leaves_out(self):
        row = point()
        charge(row, 1, 2, energy_wh=1000.0, power_peak_w=7000.0)
        charge(row, 3, 4, energy_wh=9e9, energy_suspect=True, power_peak_w=11000.0)
        charge(row, 5, 6, energy_wh=9e9, energy_suspect=True, corrected_wh=500.0)
        (found,) = charges_by("charge_point_id", [row.pk], MARCH).values()
        assert found == Charges(
            count=3, energy_wh=1500.0, left_out=1, left_out_wh=9e9, busy_s=3 * 3600, peak_w=11000.0, empty=0,
            first_at=hours(1),
        )  # fmt: skip

    def test_a_charge_belongs_where_it_started_and_occupies_where_it_was(self):
        row = point()
        charge(row, -2, 3, energy_wh=5000.0)
        charge(row, 24 * 31 - 1, 24 * 31 + 5, energy_wh=7000.0)
        found = charges_by("charge_point_id", [row.pk], MARCH)[row.pk]
        assert (found.count, found.energy_wh, found.busy_s) == (1, 7000.0, 4 * 3600)

    def test_a_running_charge_occupies_until_now(self):
        row = point()
        charge(row, 10, energy_wh=5000.0)
        now = hours(12)
        found = charges_by("charge_point_id", [row.pk], Span(SINCE, UNTIL, now))[row.pk]
        assert (found.busy_s, found.empty) == (2 * 3600, 0)

    def test_a_charge_without_energy_is_an_empty_one_unless_its_meter_is_in_doubt(self):
        row = point()
        charge(row, 1, 2, energy_wh=0.0)
        charge(row, 3, 4, energy_wh=0.0, energy_suspect=True)
        charge(row, 5, 6, energy_wh=9000.0, corrected_wh=50.0)
        assert charges_by("charge_point_id", [row.pk], MARCH)[row.pk].empty == 2


@pytest.mark.django_db
class TestAvailability:
    def test_is_the_time_connected_over_the_time_known(self):
        row = point(2, online=False)
        connect(row, 24 * 21, 24 * 22)
        connect(row, 24 * 26)
        found = availability_of([row.pk], MARCH)[row.pk]
        assert found.known_s == pytest.approx(2 * 10 * 86400)
        assert found.share == pytest.approx(60.0)

    def test_faults_count_while_connected_and_only_within_the_period(self):
        row = point(2, online=False)
        connect(row, -240, 24 * 30)
        first, second = row.evses.order_by("number")
        Outage.objects.create(evse=first, status="Faulted", since=hours(-48), until=hours(24))
        Outage.objects.create(evse=second, status="Unavailable", since=hours(24 * 29))
        found = availability_of([row.pk], MARCH)[row.pk]
        assert found.known_s == pytest.approx(2 * 31 * 86400)
        assert found.available_s == pytest.approx((2 * 30 - 1 - 1) * 86400)

    def test_a_connection_that_never_ended_ends_where_the_next_one_began(self):
        row = point(1, online=False)
        connect(row, 0)
        connect(row, 24, 48)
        assert availability_of([row.pk], MARCH)[row.pk].available_s == pytest.approx(2 * 86400)

    def test_nothing_is_known_of_one_that_never_connected(self):
        row = point(1, online=False)
        assert availability_of([row.pk], MARCH)[row.pk].share is None

    def test_the_future_does_not_count(self):
        row = point(1)
        found = availability_of([row.pk], Span(SINCE, UNTIL, hours(24)))[row.pk]
        assert found.known_s == pytest.approx(86400)
        assert found.share == pytest.approx(100)


def power(row: ChargePoint, begin: float, kilowatts: float, *, whole: float = 0) -> None:
    """Write an hour of added-up power: of a charge point, and of its site if `whole` is given."""
    assert row.site_id is not None
    for pk, high in ((row.pk, kilowatts), (WHOLE_SITE, whole)):
        if high:
            PowerRollup.objects.create(
                site_id=row.site_id, charge_point_id=pk, step_s=3600, at=hours(begin), low_w=0.0,
                high_w=high * 1000, mean_w=high * 500,
            )  # fmt: skip


@pytest.mark.django_db
class TestPeaks:
    def test_are_those_of_the_same_time_not_the_sum_of_single_ones(self):
        one = point()
        other = ChargePointFactory(site=one.site)
        power(one, 1, 7, whole=8)
        power(one, 26, 5, whole=12)
        power(other, 26, 11)
        power(one, -1, 99, whole=99)
        assert one.site_id is not None
        assert [line.peak_w for line in point_lines([one, other], MARCH)] == [7000.0, 11000.0]
        assert peak_of_site(one.site_id, MARCH) == Peak(12_000.0, hours(26))
        assert peaks_over_time(Bucket.DAY, one.site_id, MARCH, UTC) == {SINCE: 8000.0, hours(24): 12_000.0}

    def test_of_several_sites_are_of_the_same_quarter_not_the_sum_of_the_peaks_of_each(self):
        one, other = point(), point()
        for row, begin, kw in ((one, 1, 80), (other, 1, 10), (one, 26, 50), (other, 26, 60), (other, 30, 70)):
            power(row, begin, kw, whole=kw)
        PowerRollup.objects.update(step_s=900)
        sites = [row.site_id or 0 for row in (one, other)]
        found = peaks_together(Bucket.DAY, sites, MARCH, UTC)
        assert found == {SINCE: Peak(45_000.0, hours(1)), hours(24): Peak(55_000.0, hours(26))}
        assert highest(found.values()) == Peak(55_000.0, hours(26))
        assert highest([]) is None
        assert peaks_together(Bucket.MONTH, sites[:1], MARCH, UTC) == {SINCE: Peak(40_000.0, hours(1))}

    def test_quarters_are_read_where_a_day_does_not_begin_with_an_hour(self):
        row = point()
        power(row, 1, 7, whole=8)
        assert row.site_id is not None
        shifted = Span(SINCE - HOUR / 4, UNTIL - HOUR / 4, UNTIL)
        assert peak_of_site(row.site_id, shifted) is None
        PowerRollup.objects.update(step_s=900)
        assert peak_of_site(row.site_id, shifted) == Peak(8000.0, hours(1))


@pytest.mark.django_db
class TestUnserved:
    def test_badges_refused_starts_that_failed_and_charges_without_energy_count(self):
        row = point()
        charge(row, 1, 2, energy_wh=0.0)
        RefusedRequest.objects.create(
            charge_point=row, key="FFFF", status="Invalid", first_at=hours(3), last_at=hours(3), tries=5
        )
        for number, answer in enumerate(["Invalid", "Accepted"]):
            DeferredAnswer.objects.create(
                charge_point=row, connection_token=uuid4(), message_id=str(number), action="Authorize",
                request={}, default={}, asked_at=hours(4), deadline=hours(4), answered_at=hours(4),
                answer={"idTagInfo": {"status": answer}},
            )  # fmt: skip
        for state, name in [("rejected", "ada"), ("accepted", "ada"), ("rejected", "evkit (automatic)")]:
            Command.objects.create(
                charge_point=row, action="RemoteStartTransaction", state=state, requested_name=name,
                created_at=hours(5), deadline=hours(6),
            )  # fmt: skip
        (line,) = point_lines([row], MARCH)
        unserved = line.figures.unserved
        assert (unserved.refused, unserved.failed, unserved.empty, unserved.count) == (2, 1, 1, 4)

    def test_figures_of_several_add_up(self):
        one, other = point(1), point(3)
        charge(one, 0, 31 * 24, energy_wh=1000.0)
        whole = together(point_lines([one, other], MARCH))
        assert whole.occupancy == pytest.approx(25.0)
        assert whole.availability.connectors == 4

    def test_occupancy_is_of_the_same_charge_points_above_and_below_the_line(self):
        imported, connected, unused = point(1, online=False), point(3), point(2, online=False)
        charge(imported, 0, 31 * 24, energy_wh=1000.0)
        lines = point_lines([imported, connected, unused], MARCH)
        assert [line.figures.occupancy for line in lines] == [pytest.approx(100.0), 0.0, None]
        assert together(lines).occupancy == pytest.approx(25.0)

    def test_occupancy_counts_the_time_before_the_first_connection_from_the_first_charge_on(self):
        row = point(1, online=False)
        connect(row, 20 * 24)
        charge(row, 10 * 24, 15 * 24, energy_wh=1000.0)
        (line,) = point_lines([row], MARCH)
        assert line.figures.occupancy == pytest.approx(100 * 5 / 21)


class TestPeriod:
    def read(self, query: str, today: date = date(2026, 11, 27)) -> Any:
        return read_report_period(QueryDict(query), today)

    @pytest.mark.parametrize(
        ("query", "first", "last"),
        [
            ("", (2026, 11, 1), (2026, 11, 30)),
            ("unit=day", (2026, 11, 27), (2026, 11, 27)),
            ("unit=week&date=2026-11-29", (2026, 11, 23), (2026, 11, 29)),
            ("unit=month&date=2024-02-10", (2024, 2, 1), (2024, 2, 29)),
            ("unit=year&date=2025-06-01", (2025, 1, 1), (2025, 12, 31)),
            ("from=2026-02-03&to=2026-02-01", (2026, 2, 1), (2026, 2, 3)),
            ("from=2026-11-20", (2026, 11, 20), (2026, 11, 27)),
            ("unit=nonsense&date=tomorrow", (2026, 11, 1), (2026, 11, 30)),
            ("unit=year&date=9999-12-31", (2026, 1, 1), (2026, 12, 31)),
        ],
    )
    def test_is_read_from_the_address(self, query, first, last):
        period = self.read(query)
        assert (period.first, period.last) == (date(*first), date(*last))

    def test_steps_lead_to_the_ones_before_and_after(self):
        month = self.read("unit=month&date=2026-01-15")
        assert (month.stepped(-1).first, month.stepped(1).last) == (date(2025, 12, 1), date(2026, 2, 28))
        dates = self.read("from=2026-01-01&to=2026-01-10")
        assert (dates.stepped(1).first, dates.stepped(1).unit) == (date(2026, 1, 11), Unit.DATES)

    @pytest.mark.parametrize(
        ("query", "bucket", "count"),
        [
            ("unit=day&date=2026-03-29", Bucket.HOUR, 23),
            ("unit=day&date=2026-10-25", Bucket.HOUR, 25),
            ("unit=month&date=2026-03-01", Bucket.DAY, 31),
            ("from=2026-03-01&to=2026-06-30", Bucket.WEEK, 19),
            ("unit=year&date=2026-03-01", Bucket.MONTH, 12),
        ],
    )
    def test_is_divided_by_the_calendar_of_the_site(self, query, bucket, count):
        from django.utils import timezone

        with timezone.override(PARIS):
            period = self.read(query)
            begins = stretches(period, PARIS)
        assert (period.bucket, len(begins)) == (bucket, count)
        assert bucket is Bucket.HOUR or all(begin.hour == 0 for begin in begins)


class TestBars:
    @pytest.mark.parametrize(
        ("highest", "top"), [(0, 1), (3, 3), (99, 100), (1, 1), (1601, 2000), (0.4, 0.4)]
    )
    def test_the_axis_ends_at_a_round_number_above_the_highest(self, highest, top):
        assert scale(highest)[0] == pytest.approx(top)

    def test_every_bar_tells_its_value_and_texts_are_escaped(self):
        svg = bar_chart([Bar(5.0, "<1>", "Monday")], unit="kWh", label="Energy")
        assert "<title>Monday: 5\u202fkWh</title>" in svg
        assert "&lt;1&gt;" in svg


@pytest.fixture
def filled(depot: Depot) -> Depot:
    """The depot with a charge of a vehicle in March, and another site that its operator may not see."""
    evse = depot.charging.evses.get(number=1)
    moment = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    vehicle = VehicleFactory(code="bus-7", name="Bus 7")
    TransactionFactory(
        evse=evse, started_at=moment, ended_at=moment + HOUR, energy_wh=12_345.0, power_peak_w=50_000.0,
        vehicle=vehicle,
    )  # fmt: skip
    for pk, high in ((evse.charge_point_id, 42e3), (WHOLE_SITE, 63e3)):
        for step_s in STEPS:
            PowerRollup.objects.create(
                site_id=depot.site.pk, charge_point_id=pk, step_s=step_s, low_w=0.0, high_w=high, mean_w=9e3,
                at=moment.replace(minute=0),
            )  # fmt: skip
    hidden = add_connector(add_charge_point(add_site("hidden"), "H_1"), 1)
    TransactionFactory(evse=hidden, started_at=moment, ended_at=moment + HOUR, energy_wh=777_000.0)
    return depot


class TestPage:
    def test_shows_the_month_of_the_site_by_its_own_clock(self, filled, log_in):
        client = log_in(Role.GUEST)
        address = reverse("reports", args=[filled.site.code])
        april = client.get(f"{address}?unit=month&date=2026-04-10").content.decode()
        march = client.get(f"{address}?unit=month&date=2026-03-10").content.decode()
        assert "12.3 <small>kWh</small>" in april
        assert "12.3 <small>kWh</small>" not in march
        assert "Bus 7" in april
        assert "Wednesday 1 April" in april
        assert "63.0 <small>kW</small>" in april
        assert "Peak of the site (kW) per day" in april
        assert "No transaction started in this period." in march

    def test_of_all_sites_shows_those_that_one_may_see(self, filled, log_in):
        page = log_in(Role.OPERATOR).get(f"{reverse('all_reports')}?unit=day&date=2026-04-01")
        assert page.context["whole"].charges.energy_wh == 12_345.0
        assert "H_1" not in page.content.decode()

    def test_of_all_sites_shows_their_peak_at_once_and_the_energy_of_each(self, filled, log_in):
        client, everybody = log_in(Role.GUEST), Client()
        everybody.force_login(add_user(Role.ADMINISTRATOR))
        address = f"{reverse('all_reports')}?unit=day&date=2026-04-01"
        text = everybody.get(address).content.decode()
        assert (
            "<dt>Peak of all sites</dt><dd>9.0 <small>kW</small> <small>· 1 April 00:00</small></dd>" in text
        )
        assert "not the sum of their peaks" in text
        assert '<td data-label="Depot (kWh)" class="num">12.3</td>' in text
        assert '<td data-label="Depot (kWh)" class="num">777.0</td>' in text
        assert 'data-label="Depot (kWh)"' not in client.get(address).content.decode()
        for number in range(MOST_COLUMNS):
            add_site(f"more-{number}")
        assert 'data-label="Depot (kWh)"' not in everybody.get(address).content.decode()

    def test_says_how_its_figures_are_made_and_what_it_leaves_out(self, filled, log_in):
        evse = filled.charging.evses.get(number=2)
        begun = datetime(2026, 4, 2, tzinfo=UTC)
        TransactionFactory(evse=evse, started_at=begun, ended_at=begun, energy_wh=9e6, energy_suspect=True)
        address = reverse("reports", args=[filled.site.code])
        text = log_in(Role.GUEST).get(f"{address}?unit=month&date=2026-04-10").content.decode()
        assert "The energy leaves out 1 transaction whose meter is in doubt (9,000.0 kWh measured)." in text
        assert "(Time connected − time connected but faulted or unavailable)" in text

    def test_rows_tell_what_they_leave_out_and_escape_what_people_wrote(self, filled, log_in):
        point = filled.charging
        point.name = 'Bay <b>"7"</b>'
        point.save()
        begun = datetime(2026, 4, 2, tzinfo=UTC)
        for evse in point.evses.all():
            TransactionFactory(
                evse=evse, started_at=begun, ended_at=begun, energy_wh=9e6, energy_suspect=True
            )
        RefusedRequest.objects.create(
            charge_point=point, key="FFFF", status="Invalid", first_at=begun, last_at=begun, tries=5
        )
        address = reverse("reports", args=[filled.site.code])
        text = log_in(Role.GUEST).get(f"{address}?unit=month&date=2026-04-10").content.decode()
        row = next(part for part in text.split("<tr>") if "Bay" in part)
        assert '<span class="sub">Bay &lt;b&gt;&quot;7&quot;&lt;/b&gt;</span>' in row
        assert '<span class="sub">without 2 in doubt</span>' in row
        assert 'title="Badges refused: 1; starts that failed: 0; charges without energy: 0"' in row
        assert 'data-label="Occupancy (%)"' in row
        listed = f"?charge_point={point.identity}&amp;from=2026-04-01&amp;to=2026-04-30"
        assert f'href="{reverse("transactions", args=[filled.site.code])}{listed}"' in row

    def test_takes_as_many_queries_for_many_charge_points_as_for_few(
        self, filled, log_in, django_assert_max_num_queries
    ):
        client = log_in(Role.GUEST)
        for number in range(20):
            add_connector(add_charge_point(filled.site, f"N_{number}"), 1)
        with django_assert_max_num_queries(27):
            client.get(reverse("reports", args=[filled.site.code]))


class TestFiles:
    @pytest.fixture(autouse=True)
    def data_dir(self, settings: Any, tmp_path: Path) -> None:
        settings.EVKIT_DATA_DIR = tmp_path

    def book(self, client: Client, table: str, site: str = "", query: str = APRIL) -> list[dict[str, Any]]:
        from tests.console.test_exports import content

        form = {"table": table, "kind": "xlsx", "site": site, "query": query}
        answer = client.post(reverse("new_export"), form)
        file = client.get(answer.headers["Location"])
        heads, *rows = load_workbook(io.BytesIO(content(file))).worksheets[0].iter_rows(values_only=True)
        return [dict(zip(map(str, heads), row, strict=True)) for row in rows]

    def test_by_charge_point_holds_the_figures_of_the_page(self, filled, log_in):
        rows = self.book(log_in(Role.OPERATOR), "report-charge-points", filled.site.code)
        mine = next(row for row in rows if row["Charge point"] == filled.charging.identity)
        assert (mine["First day"], mine["Last day"]) == ("2026-04-01", "2026-04-30")
        assert mine["Energy that counts (kWh)"] == pytest.approx(12.345)
        assert (mine["Transactions"], mine["Peak power of a charge (kW)"]) == (1, 50)
        assert mine["Simultaneous peak (kW)"] == 42
        assert len(rows) == ChargePoint.objects.filter(site=filled.site).count()

    def test_totals_say_nothing_of_what_is_not_known(self, filled, log_in):
        from tests.console.test_exports import book_of

        form = {"table": "report-charge-points", "query": "from=2020-01-01&to=2020-01-31"}
        about = book_of(log_in(Role.OPERATOR), filled, **form).worksheets[-1]
        totals = {row[0] for row in about.iter_rows(values_only=True)}
        assert "Transactions" in totals
        assert "Availability" not in totals

    def test_by_vehicle_and_by_day_sum_up_what_started(self, filled, log_in):
        client = log_in(Role.OPERATOR)
        (vehicle,) = self.book(client, "report-vehicles", filled.site.code)
        (day,) = self.book(client, "report-days", filled.site.code)
        assert (vehicle["Vehicle"], vehicle["Energy that counts (kWh)"]) == ("Bus 7", pytest.approx(12.345))
        assert day["Peak of the site (kW)"] == 63
        assert (day["Day"], day["Transactions"], day["Duration of the charges (h)"]) == ("2026-04-01", 1, 1)

    def test_by_site_and_day_has_the_energy_and_the_peak_of_each(self, filled, log_in):
        everybody = Client()
        everybody.force_login(add_user(Role.ADMINISTRATOR))
        PowerRollup.objects.create(
            site_id=Site.objects.get(code="hidden").pk, charge_point_id=WHOLE_SITE, step_s=3600, low_w=0.0,
            high_w=5e3, mean_w=1e3, at=datetime(2026, 4, 1, 3, tzinfo=UTC),
        )  # fmt: skip
        Site.objects.filter(code="hidden").update(name_en="Hidden")
        query = {"table": "report-sites", "query": "from=2026-03-31&to=2026-04-30"}
        rows = self.book(everybody, **query)
        names = ("Day", "Site", "Energy that counts (kWh)", "Peak of the site (kW)")
        assert [tuple(row[name] for name in names) for row in rows] == [
            ("2026-04-01", "Depot", pytest.approx(12.345), 63), ("2026-04-01", "Hidden", 777, 5),
        ]  # fmt: skip
        assert [row["Site"] for row in self.book(log_in(Role.OPERATOR), **query)] == ["Depot"]

    def test_leave_out_the_sites_that_one_may_not_see(self, filled, log_in):
        rows = self.book(log_in(Role.OPERATOR), "report-charge-points")
        assert "H_1" not in {row["Charge point"] for row in rows}
        everybody = Client()
        everybody.force_login(add_user(Role.ADMINISTRATOR))
        assert "H_1" in {row["Charge point"] for row in self.book(everybody, "report-charge-points")}
