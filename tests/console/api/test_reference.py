from __future__ import annotations

import pytest
from django.test import Client

from evkit.console.api.assembly import api
from evkit.console.api.reference import METHODS, Operation, sections, shapes

DOCUMENT = api.get_openapi_schema()


def operation(method: str, path: str) -> Operation:
    found = [op for part in sections(DOCUMENT) for op in part.operations]
    return next(op for op in found if (op.method, op.path) == (method, path))


class TestSections:
    def test_hold_every_request_of_the_document_once(self) -> None:
        told = sorted((op.method, op.path) for part in sections(DOCUMENT) for op in part.operations)
        known = sorted(
            (method.upper(), path)
            for path, node in DOCUMENT["paths"].items()
            for method in METHODS
            if method in node
        )
        assert told == known

    def test_tell_parameters_with_their_types(self) -> None:
        rows = {row.name: row for row in operation("GET", "/api/v1/transactions").parameters}
        assert rows["limit"].kind == "integer"
        assert not rows["cursor"].required

    def test_tell_body_and_answer(self) -> None:
        found = operation("POST", "/api/v1/charge-points/{identity}/commands")
        assert (found.body, found.status, found.answer) == ("CommandIn", "202", "QueuedOut")

    def test_give_an_example_for_the_terminal(self) -> None:
        assert operation("GET", "/api/v1/sites").example == (
            'curl -H "Authorization: Bearer $TOKEN" "$EVKIT/api/v1/sites"'
        )
        assert "-X PATCH" in operation("PATCH", "/api/v1/sites/{code}").example


class TestShapes:
    def test_hold_every_shape_that_is_referred_to(self) -> None:
        known = {shape.name for shape in shapes(DOCUMENT)}
        rows = [row for shape in shapes(DOCUMENT) for row in shape.rows]
        operations = [op for part in sections(DOCUMENT) for op in part.operations]
        used = {row.shape for row in rows} | {op.body for op in operations} | {op.answer for op in operations}
        assert used - {""} <= known


class TestThePage:
    @pytest.mark.django_db
    def test_needs_a_log_in(self, client: Client) -> None:
        assert client.get("/api/").headers["Location"] == "/account/login/?next=/api/"
