"""The commands of an administrator at the console."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sites.models import ApiToken, Site, User
from sites.permissions import Right, principal_of_token
from sites.services.tokens import find_token
from tests.factories import EARLY, SiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "depot.yaml"
    path.write_text("sites:\n  - code: depot\nusers:\n  - {username: anna, role: operator, sites: [depot]}\n")
    return path


class TestApplyConfig:
    def test_differences_and_new_passwords_are_printed(self, file, capsys):
        call_command("apply_config", str(file))
        printed = capsys.readouterr().out.splitlines()
        assert "+ site depot" in printed
        password = printed[-1].removeprefix("password of anna (shown only now): ")
        assert User.objects.get().check_password(password)

    def test_a_second_time_there_is_nothing_to_change(self, file, capsys):
        call_command("apply_config", str(file))
        capsys.readouterr()
        call_command("apply_config", str(file))
        assert capsys.readouterr().out == "Nothing to change.\n"

    def test_a_dry_run_changes_nothing(self, file, capsys):
        call_command("apply_config", str(file), "--dry-run")
        assert capsys.readouterr().out.splitlines()[-1] == "Dry run: nothing was changed."
        assert not Site.objects.exists()

    def test_silence_gives_nobody_a_password(self, file, capsys):
        call_command("apply_config", str(file), verbosity=0)
        assert capsys.readouterr().out == ""
        assert not User.objects.get().has_usable_password()

    def test_a_refusal_tells_file_and_line(self, file):
        file.write_text("sites:\n  - code: depot\n    limt: 5\n")
        with pytest.raises(CommandError) as caught:
            call_command("apply_config", str(file))
        assert str(caught.value).startswith(f"{file}:3: The key “limt” is not known here")
        assert caught.value.returncode == 1
        assert not Site.objects.exists()

    def test_a_file_that_is_not_there_is_an_error(self, tmp_path):
        with pytest.raises(CommandError, match="No such file"):
            call_command("apply_config", str(tmp_path / "none.yaml"))

    def test_a_file_that_is_not_text_is_an_error(self, file):
        file.write_bytes(b"sites: \xff")
        with pytest.raises(CommandError, match="utf-8"):
            call_command("apply_config", str(file))


class TestCreateApiToken:
    def test_the_token_is_printed_once_and_only_its_digest_is_stored(self, capsys):
        call_command("create_api_token", "meter", "--role", "operator")
        secret = capsys.readouterr().out.strip()
        token = ApiToken.objects.get()
        assert secret not in token.digest
        assert find_token(secret=secret, now=EARLY) == token
        assert principal_of_token(token).may(Right.COMMAND, None)

    def test_a_token_can_be_for_some_sites_only(self, capsys):
        mine, other = SiteFactory(code="mine"), SiteFactory(code="other")
        call_command("create_api_token", "meter", "--role", "guest", "--site", "mine")
        principal = principal_of_token(ApiToken.objects.get())
        assert principal.may(Right.VIEW, mine.pk)
        assert not principal.may(Right.VIEW, other.pk)
        mine.delete()
        assert not principal_of_token(ApiToken.objects.get()).sites().exists()

    def test_an_unknown_site_is_refused(self):
        with pytest.raises(CommandError, match="There is no site 'nowhere'"):
            call_command("create_api_token", "meter", "--role", "guest", "--site", "nowhere")

    def test_a_name_is_used_once(self):
        call_command("create_api_token", "meter", "--role", "guest")
        with pytest.raises(CommandError, match="already"):
            call_command("create_api_token", "meter", "--role", "guest")
        assert ApiToken.objects.count() == 1


class TestCreateAdministrator:
    @pytest.fixture(autouse=True)
    def data_dir(self, settings, tmp_path):
        settings.EVKIT_DATA_DIR = tmp_path

    def test_the_password_is_kept_where_only_the_owner_reads_it(self, tmp_path):
        call_command("create_administrator", verbosity=0)
        path = tmp_path / "admin_password"
        user = User.objects.get()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert user.check_password(path.read_text().strip())
        assert (user.username, user.role, user.is_superuser, user.is_staff) == (
            "admin",
            "administrator",
            True,
            True,
        )

    def test_a_second_time_nothing_happens(self, tmp_path):
        call_command("create_administrator", verbosity=0)
        password = (tmp_path / "admin_password").read_text()
        call_command("create_administrator", verbosity=0)
        assert User.objects.get().check_password(password)

    def test_with_another_administrator_nothing_happens(self, tmp_path):
        User.objects.create_user("boss", role="administrator")
        call_command("create_administrator", verbosity=0)
        assert User.objects.count() == 1
        assert not (tmp_path / "admin_password").exists()
