from __future__ import annotations

import pytest

from tests.factories import EvseFactory


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.EVKIT_DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def evse():
    return EvseFactory()
