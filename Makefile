# evkit: see README.md. Every target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
HOST ?= 127.0.0.1
EVKIT_DATA_DIR ?= var
export PORT HOST EVKIT_DATA_DIR
APPS := evkit sites chargers charging history alarms
WORKERS := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: run test bench fuzz lint install install-dev lock messages clean

run: install ## Start everything in one process, with the demo depot
	@$(BIN)/python -m evkit run

test: install-dev ## Run all tests
	@env -u EVKIT_DATA_DIR $(BIN)/python -m pytest $(WORKERS) $(TESTS)
	@env -u EVKIT_DATA_DIR $(BIN)/python -m tests.served $(WORKERS)

bench: install-dev ## Run the benchmarks: make bench ARGS="--json FILE"
	@env -u EVKIT_DATA_DIR $(BIN)/python -m bench $(ARGS)

fuzz: install-dev ## Send a million random and mutated frames: make fuzz ARGS="--frames N --seed N --database-url URL"
	@env -u EVKIT_DATA_DIR $(BIN)/python -m tests.fuzz $(ARGS)

lint: install-dev ## Check style, types, layers, templates, translations and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(APPS) tests bench
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	@env -u EVKIT_DATA_DIR DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py check_translations
	@env -u EVKIT_DATA_DIR DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run

install: $(VENV)/.installed
	@env -u DATABASE_URL EVKIT_LOG_FORMAT=console $(BIN)/python manage.py compile_translations

install-dev: $(VENV)/.installed-dev
	@env -u DATABASE_URL EVKIT_LOG_FORMAT=console $(BIN)/python manage.py compile_translations

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.installed

lock: ## Renew the locked versions
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock

messages: install-dev ## Collect the strings to translate
	@env -u EVKIT_DATA_DIR DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py collect_translations

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache
