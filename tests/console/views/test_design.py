from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from sites.types import Role

LogIn = Callable[..., Client]


class TestDesignPage:
    @pytest.mark.parametrize(
        ("role", "status"), [(Role.ADMINISTRATOR, 200), (Role.OPERATOR, 403), (Role.GUEST, 403)]
    )
    def test_is_for_administrators(self, log_in: LogIn, role: Role, status: int) -> None:
        assert log_in(role).get("/design/").status_code == status

    def test_sends_a_stranger_to_the_log_in(self, client: Client, db: None) -> None:
        assert client.get("/design/").headers["Location"] == "/account/login/?next=/design/"

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_is_drawn_with_the_components_themselves(self, log_in: LogIn, language: str) -> None:
        response = log_in(Role.ADMINISTRATOR, language=language).get("/design/")
        drawn = {template.name for template in response.templates if template.name}
        wanted = ("badge", "banner", "card", "empty", "field", "pager", "power_bar", "progress", "steps")
        assert {f"components/{name}.html" for name in (*wanted, "tabs", "toast")} <= drawn

    def test_opens_a_dialog_as_other_pages_do(self, log_in: LogIn) -> None:
        response = log_in(Role.ADMINISTRATOR).get("/design/?part=dialog")
        assert "components/dialog.html" in {template.name for template in response.templates}

    def test_a_bad_toast_comes_with_the_answer(self, log_in: LogIn) -> None:
        response = log_in(Role.ADMINISTRATOR).get("/design/?part=toast&bad")
        assert json.loads(response.headers["HX-Trigger"])["toast"]["bad"] is True
