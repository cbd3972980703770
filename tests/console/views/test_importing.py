"""Taking over transactions of a former system: files, columns, a trial with errors by row, all or nothing."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from charging.models import Transaction
from evkit.console.importing import files
from evkit.console.importing.files import UnreadableFileError, read_table
from evkit.console.importing.mapping import guess
from evkit.console.importing.values import moment_of, number_of, text_of
from history.models import AuditEntry
from sites.models import User
from sites.types import Role
from tests.factories import IdTokenFactory, TransactionFactory, VehicleFactory

PARIS = ZoneInfo("Europe/Paris")
LogIn = Callable[..., Client]
GOOD = """Borne;Connecteur;Début;Fin;Énergie (kWh);Badge;N° de transaction
A_001;1;31/01/2025 08:30;31/01/2025 10:00:30;12,5;B4A63CDF0001;4711
A_001;;2025-02-01 08:30;2025-02-01 09:30;1 234.5;=cmd|'/c calc'!A0;4712
"""


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> Path:
    settings.EVKIT_DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def client(log_in: LogIn) -> Client:
    return log_in(Role.ADMINISTRATOR)


def upload(client: Client, content: str | bytes, name: str = "old.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(reverse("import_transactions"), {"file": SimpleUploadedFile(name, raw)})


def columns(client: Client, content: str | bytes, **form: str) -> tuple[str, Any]:
    """Upload and try with the guessed columns; return the address and the answer."""
    address = upload(client, content).headers["Location"]
    guessed = client.get(address).context["meanings"].columns
    return address, client.post(address, {**guessed, "unit": "kWh", "try": "", **form})


def clock(day: int, hour: int) -> datetime:
    """Return a moment as a workbook holds it: without a zone."""
    return datetime(2025, 3, day, hour, tzinfo=UTC).replace(tzinfo=None)


def imported() -> list[Transaction]:
    return list(Transaction.objects.filter(flags__icontains="imported").order_by("started_at"))


class TestImport:
    def test_a_file_is_tried_and_then_imported_as_flagged_transactions(self, client, depot):
        vehicle = VehicleFactory()
        token = IdTokenFactory(value="B4A63CDF0001", key="B4A63CDF0001", vehicle=vehicle)
        address, tried = columns(client, GOOD)
        outcome = tried.context["outcome"]
        assert (len(outcome.charges), outcome.wrong, outcome.known) == (2, 0, 0)
        assert imported() == []
        done = client.post(address, {**tried.context["meanings"].columns, "unit": "kWh", "import": ""})
        assert done.headers["Location"] == reverse("all_transactions") + "?flag=imported"
        first, second = imported()
        assert first.started_at == datetime(2025, 1, 31, 8, 30, tzinfo=PARIS)
        assert first.ended_at == datetime(2025, 1, 31, 10, 0, 30, tzinfo=PARIS)
        assert (first.energy_wh, first.id_token, first.vehicle) == (12_500.0, token, vehicle)
        assert (first.charge_point, first.evse.number, first.remote_id) == (depot.charging, 1, "4711")
        assert (first.flags, first.step, second.energy_wh) == (["imported"], "stopped", 1_234_500.0)
        assert AuditEntry.objects.get(verb="import").details == {"transactions": 2, "known": 0}

    def test_what_was_imported_before_is_known(self, client, depot):
        for _time in range(2):
            address, tried = columns(client, GOOD)
            client.post(address, {**tried.context["meanings"].columns, "unit": "kWh", "import": ""})
        outcome = tried.context["outcome"]
        assert (len(outcome.charges), outcome.known, outcome.may_be_imported) == (0, 2, False)
        assert len(imported()) == 2

    def test_errors_are_told_by_row_in_the_language_of_the_viewer_and_nothing_is_stored(self, log_in, depot):
        client = log_in(Role.ADMINISTRATOR, language="fr")
        rows = [
            "Z_999;1;31/01/2025 08:30;31/01/2025 10:00;1;;1",
            "A_001;1;gestern;31/01/2025 10:00;1;;2",
            "A_001;1;31/01/2025 10:30;31/01/2025 10:00;1;;3",
            "A_001;1;31/01/2025 08:00;31/01/2025 10:00;-1;;4",
            "A_001;1;31/01/2025 08:00;31/01/2025 10:00;99999;;5",
        ]
        address, tried = columns(client, GOOD + "\n".join(rows))
        problems = tried.context["outcome"].problems
        assert [problem.row for problem in problems] == [4, 5, 6, 7, 8]
        assert problems[0].text == "Il n’y a pas de borne Z_999 avec un connecteur 1."
        client.post(address, {**tried.context["meanings"].columns, "unit": "kWh", "import": ""})
        assert imported() == []

    def test_rows_are_counted_as_a_spreadsheet_does_and_empty_ones_count(self, client, depot):
        row = "A_001;1;gestern;31/01/2025 10:00;1;;2"
        _address, tried = columns(client, GOOD + f"\n;;;;;;\n{row}\n")
        assert [problem.row for problem in tried.context["outcome"].problems] == [6]

    def test_the_same_row_twice_is_one_but_one_number_for_two_charges_is_wrong(self, client, depot):
        row = "A_001;1;31/01/2025 08:30;31/01/2025 10:00:30;{};B4A63CDF0001;4711\n"
        _address, tried = columns(client, GOOD + row.format("12,5") + row.format("99"))
        outcome = tried.context["outcome"]
        assert (len(outcome.charges), outcome.known) == (2, 1)
        assert [(one.row, "same number" in one.text) for one in outcome.problems] == [(5, True)]

    def test_what_has_not_ended_yet_is_wrong(self, client, depot):
        _address, tried = columns(client, GOOD + "A_001;1;31/01/2025 08:30;31/01/2199 10:00;1;;9\n")
        assert [problem.text for problem in tried.context["outcome"].problems] == ["It ends in the future."]

    def test_charges_that_overlap_stored_transactions_are_told(self, client, depot):
        evse, other = depot.charging.evses.get(number=1), depot.faulted.evses.first()
        for place, since, until in ((evse, 7, 9), (evse, 10, 11), (other, 8, 9)):
            times = [datetime(2025, 1, 31, hour, 0, 30, tzinfo=PARIS) for hour in (since, until)]
            TransactionFactory(evse=place, started_at=times[0], ended_at=times[1])
        _address, tried = columns(client, GOOD)
        assert tried.context["outcome"].overlapping == 1
        assert "energy would count twice" in tried.content.decode()
        _address, tried = columns(client, GOOD.replace("08:30;31", "09:00:30;31"))
        assert tried.context["outcome"].overlapping == 0

    def test_a_charge_over_the_hour_that_comes_twice_is_as_long_as_it_was(self, client, depot):
        night = "A_001;1;26/10/2025 02:50;26/10/2025 02:10;1;;8\n"
        address, tried = columns(client, GOOD.partition("\n")[0] + "\n" + night)
        client.post(address, {**tried.context["meanings"].columns, "unit": "kWh", "import": ""})
        (charge,) = imported()
        assert charge.ended_at == charge.started_at + timedelta(minutes=20)

    def test_what_is_needed_must_be_chosen(self, client, depot):
        address = upload(client, "a;b;c\n1;2;3\n").headers["Location"]
        page = client.post(address, {"charge_point": "0", "import": ""})
        assert [target.name for target in page.context["meanings"].missing] == ["start", "end", "energy"]
        assert imported() == []

    def test_a_workbook_is_read_with_its_real_dates(self, client, depot):
        book = Workbook()
        sheet: Any = book.active
        sheet.append(["Charge point", "Start", "End", "Energy (Wh)"])
        sheet.append(["A_001", clock(1, 8), clock(1, 9), 7000])
        sheet.append(["A_001", clock(2, 8), clock(2, 9), "=1+1"])
        file = io.BytesIO()
        book.save(file)
        _address, tried = columns(client, file.getvalue(), unit="Wh")
        assert [charge.energy_wh for charge in tried.context["outcome"].charges] == [7000.0]
        assert [problem.row for problem in tried.context["outcome"].problems] == [3]

    def test_a_share_is_read_as_its_cell_shows_it(self, client, depot):
        sheet: Any = (book := Workbook()).active
        sheet.append(["Charges of March"])
        sheet.append(["Charge point", "Start", "End", "Energy (kWh)", "SoC start", "SoC end"])
        rows = [(0.57, "0%", 0.855, "0.0%"), (57, "0", 85.5, '0.0"%"'), (0.57, "General", 0.855, r"0.0\%")]
        for day, (start, shown_start, end, shown_end) in enumerate(rows, 1):
            sheet.append(["A_001", clock(day, 8), clock(day, 9), 7.5, start, end])
            sheet.cell(day + 2, 5).number_format = shown_start
            sheet.cell(day + 2, 6).number_format = shown_end
        book.save(file := io.BytesIO())
        address, tried = columns(client, file.getvalue())
        charges = tried.context["outcome"].charges
        shares = [(charge.soc_start_percent, charge.soc_end_percent) for charge in charges]
        assert shares == [(57.0, 85.5), (57.0, 85.5), (0.57, 0.855)]
        assert "<td>57 %</td><td>85.5 %</td>" in client.get(address).content.decode()

    def test_a_file_as_excel_writes_it_is_read_and_its_rows_counted_as_excel_does(self, client, depot):
        row = "A_001;1;gestern;31/01/2025 10:00;1;;2"
        text = f"sep=;\n\nRelevé, dépôt Nord\n;;\nDu;01/01/2025;au\n{GOOD}{row}\n"
        for encoding in ("utf-8-sig", "cp1252", "utf-16"):
            _address, tried = columns(client, text.encode(encoding))
            outcome = tried.context["outcome"]
            assert [charge.energy_wh for charge in outcome.charges] == [12_500.0, 1_234_500.0]
            assert [problem.row for problem in outcome.problems] == [8]

    def test_marks_of_thousands_are_told_from_decimal_ones_by_the_unit(self, client, depot):
        rows = "A_001;2025-03-0{0};2025-03-0{0} 09:00;{1}\n"
        text = "Borne;Début;Fin;Énergie\n" + rows.format(1, "12,500") + rows.format(2, "1.234.500")
        found = [columns(client, text, unit=unit)[1].context["outcome"].charges for unit in ("kWh", "Wh")]
        assert [charge.energy_wh for charge in found[1]] == [12_500.0, 1_234_500.0]
        assert [charge.energy_wh for charge in found[0]] == [12_500.0]

    @pytest.mark.parametrize("role", [Role.GUEST, Role.OPERATOR])
    def test_others_may_not(self, log_in, depot, data_dir, role):
        assert upload(log_in(role), GOOD).status_code == 403
        assert not (data_dir / "imports").exists()

    def test_a_file_is_found_in_the_session_that_uploaded_it_alone(self, client, depot):
        address = upload(client, GOOD).headers["Location"]
        other = Client()
        other.force_login(User.objects.get(role=Role.ADMINISTRATOR))
        assert [each.get(address).status_code for each in (client, other)] == [200, 404]

    def test_cells_are_shown_as_text(self, client, depot):
        address = upload(client, "a;b\n<script>alert(1)</script>;2\n").headers["Location"]
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


class TestFiles:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"only one line",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00",
            b"PK\x03\x04 no zip at all",
            b"a;b\n" + b"x" * 200_000,
        ],
        ids=["empty", "one line", "image", "broken zip", "endless cell"],
    )
    def test_what_is_no_table_is_refused(self, client, depot, content):
        answer = upload(client, content)
        assert answer.status_code in {200, 422}
        assert answer.context is None or answer.context.get("error") is not None

    @pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
    @pytest.mark.parametrize("left", [0, 200])
    def test_a_workbook_that_is_not_whole_is_refused_in_words(self, client, depot, part, left):
        book, file = Workbook(), io.BytesIO()
        book.save(file)
        cut = io.BytesIO()
        with zipfile.ZipFile(file) as whole, zipfile.ZipFile(cut, "w") as packed:
            for info in whole.infolist():
                content = whole.read(info)
                packed.writestr(info, content[:left] if info.filename == part else content)
        assert "cannot be read" in upload(client, cut.getvalue(), "old.xlsx").context["error"]

    def test_damaged_bytes_are_refused_or_read_but_never_an_error(self):
        book, file = Workbook(), io.BytesIO()
        for day in range(1, 20):
            book.worksheets[0].append(["A_001", clock(day, 8), clock(day, 9), 7000 + day])
        book.save(file)
        chance = random.Random(1)
        refused = 0
        for _ in range(200):
            content = bytearray(file.getvalue())
            for _ in range(chance.choice([1, 2, 30])):
                content[chance.randrange(4, len(content))] = chance.randrange(256)
            try:
                read_table(bytes(content))
            except UnreadableFileError:
                refused += 1
        assert refused > 50

    def test_a_large_file_is_refused(self, client, depot, monkeypatch, data_dir):
        monkeypatch.setattr(files, "MOST_BYTES", 1000)
        assert "larger" in upload(client, "a;b\n" + "1;2\n" * 1000).context["error"]
        assert not (data_dir / "imports").exists()

    def test_too_many_rows_are_refused(self, monkeypatch):
        monkeypatch.setattr(files, "MOST_ROWS", 10)
        with pytest.raises(UnreadableFileError, match="more than 10 rows"):
            read_table(b"a;b\n" + b"1;2\n" * 11)
        assert len(read_table(b"a;b\n" + b"1;2\n" * 10).rows) == 10

    def test_an_archive_that_would_unpack_to_far_more_is_refused(self, monkeypatch):
        monkeypatch.setattr(files, "MOST_UNPACKED", 1_000_000)
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
        with pytest.raises(UnreadableFileError, match="unpacked"):
            read_table(file.getvalue())

    @pytest.mark.parametrize("text", ["é,b\n1,2\n", "é\tb\n1\t2\n", "é;b\n1;2\n"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_delimiter_and_encoding_are_found_out(self, text, encoding):
        table = read_table(text.encode(encoding))
        assert (list(table.heads), [list(row) for row in table.rows]) == (["é", "b"], [["1", "2"]])

    @pytest.mark.parametrize("text", ["sep=|\r\na|b\r\n1;2|3\r\n", '"SEP=\t"\na\tb\n1;2\t3\n'])
    def test_a_delimiter_that_the_file_names_holds(self, text):
        table = read_table(text.encode())
        assert (table.heads, [list(row) for row in table.rows], table.numbers) == (
            ["a", "b"],
            [["1;2", "3"]],
            [2],
        )

    def test_titles_and_blank_lines_above_the_headers_are_passed_over(self):
        titles = "\r\n\r\nReport, of a depot, by day\r\nFrom;2025-01-01\r\n"
        table = read_table(f"{titles}Borne;Début;Fin;kWh\r\nA;;;1,5\r\nB;2;3;4,5\r\n".encode())
        assert table.heads == ["Borne", "Début", "Fin", "kWh"]
        assert [list(row) for row in table.rows] == [["A", "", "", "1,5"], ["B", "2", "3", "4,5"]]
        assert table.numbers == [6, 7]

    def test_titles_do_not_take_the_place_of_rows(self, monkeypatch):
        monkeypatch.setattr(files, "MOST_ROWS", 10)
        title = "Report\n" * files.MOST_TITLES
        assert len(read_table((title + "a;b;c\n" + "1;2;3\n" * 10).encode()).rows) == 10
        with pytest.raises(UnreadableFileError, match="more than 10 rows"):
            read_table((title + "a;b;c\n" + "1;2;3\n" * 11).encode())

    def test_rows_below_many_empty_ones_of_a_sheet_are_read(self, monkeypatch):
        monkeypatch.setattr(files, "MOST_ROWS", 10)
        book = Workbook()
        for place, row in ((1, ("a", "b")), (500, ("1", "2"))):
            for column, value in enumerate(row, 1):
                book.worksheets[0].cell(place, column, value)
        book.save(file := io.BytesIO())
        table = read_table(file.getvalue())
        assert (list(table.rows[0]), table.numbers) == (["1", "2"], [500])


class TestValues:
    @pytest.mark.parametrize(
        ("value", "number"),
        [("1 234,5", 1234.5), ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("12,5", 12.5),
         ("1’234.5", 1234.5), ("1\u202f234,5", 1234.5), ("1,234,567", 1234567.0), ("1.234.567,8", 1234567.8),
         ("12,500", 12.5), ("0.500", 0.5), ("1,2,3", None), ("1,23,456", None), (7, 7.0), ("", None),
         ("1e999", None), ("nan", None), ("=1+1", None), (True, None)],
    )  # fmt: skip
    def test_numbers(self, value, number):
        assert number_of(value) == number

    @pytest.mark.parametrize(
        ("value", "number"),
        [("12,500", 12500.0), ("1.234", 1234.0), ("0,500", 0.5), ("1234,500", 1234.5), ("7,5", 7.5)],
    )  # fmt: skip
    def test_whole_numbers(self, value, number):
        assert number_of(value, whole=True) == number

    @pytest.mark.parametrize(
        ("value", "moment"),
        [
            ("31/01/2025 08:30", datetime(2025, 1, 31, 8, 30, tzinfo=PARIS)),
            ("2025-01-31T08:30:00Z", datetime(2025, 1, 31, 8, 30, tzinfo=UTC)),
            ("31.01.2025 08:30:15", datetime(2025, 1, 31, 8, 30, 15, tzinfo=PARIS)),
            (datetime(2025, 1, 31, 8, 30), datetime(2025, 1, 31, 8, 30, tzinfo=PARIS)),  # noqa: DTZ001
            ("yesterday", None),
            ("0001-01-01 00:00", None),
            (45000.5, None),
        ],
    )
    def test_moments(self, value, moment):
        assert moment_of(value, PARIS) == moment

    def test_texts_lose_what_does_not_show_and_are_short(self):
        assert text_of("a\x00b\x1b[31m" + "x" * 300) == "ab[31m" + "x" * 249
        assert text_of(4711.0) == "4711"

    def test_headers_are_guessed_each_column_once(self):
        found = guess(
            ["Session ID", "Station", "Start time", "End time", "Energy Wh", "RFID", "SoC start", "SoC end"]
        )
        assert found.columns == {
            "reference": 0, "charge_point": 1, "start": 2, "end": 3, "energy": 4, "tag": 5, "soc_start": 6,
            "soc_end": 7,
        }  # fmt: skip
        assert found.kwh is False
