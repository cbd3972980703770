from __future__ import annotations

from charging.models import Pause


class TestPauses:
    def test_a_charge_is_paused_once_and_resumed(self, administrator, mine) -> None:
        path = "charge-points/CP_MINE/connectors/1"
        answer = administrator.post(f"{path}/pause", {"reason": "lunch"})
        assert answer.status_code == 202
        pause = Pause.objects.in_force().get()
        assert (pause.transaction, pause.reason, pause.command_id) == (
            mine.transaction,
            "lunch",
            answer.json()["id"],
        )
        again = administrator.post(f"{path}/pause", {})
        assert (again.status_code, again.json()["error"]["code"]) == (400, "unable_to_pause")
        assert administrator.post(f"{path}/resume", {}).status_code == 202

    def test_a_connector_that_is_not_there_is_not_found(self, administrator, mine) -> None:
        for number in (0, 7, 2**40):
            path = f"charge-points/CP_MINE/connectors/{number}/pause"
            assert administrator.post(path, {}).status_code == 404
