from __future__ import annotations

from django.conf import settings

from evkit.core.translations import catalogues, extract, problems


class TestCatalogues:
    def test_no_message_is_missing_untranslated_or_fuzzy(self) -> None:
        messages = extract(settings.BASE_DIR)
        found = [text for path in catalogues(settings.BASE_DIR) for text in problems(path, messages)]
        assert found == []
