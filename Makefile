# The two commands of a shop are `make run` and `make test`; README.md says the same without make.

PYTHON ?= python3
BIN := .venv/bin
# A process for each processor, but at least four, as each often waits for its browser; one that
# runs out of tests takes some of another's.
PARALLEL = --numprocesses $(shell $(PYTHON) -c 'import os; print(max(4, os.cpu_count()))') --dist worksteal

# Tests and rehearsals start many programs: each is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run demo test test-postgres bench rehearse rehearse-short lock

run: .venv/run.installed var/static/staticfiles.json
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/python manage.py serve

# It has said why where it ends with 1, and make need not add an error of its own.
demo: .venv/run.installed
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo || test $$? -eq 1

test: .venv/test.installed var/static/staticfiles.json
	@$(BIN)/python -m pytest $(PARALLEL)

# TEST_POSTGRES_URL: a server's, in which it may make a database of its own. What is left out says
# nothing of PostgreSQL: shops on SQLite, and how files are read before a database sees them.
FILES_ALONE := file_kinds hostile_files limits number_formats lookalikes dates constraints
test-postgres: .venv/test.installed var/static/staticfiles.json
	@DATABASE_URL="$(TEST_POSTGRES_URL)" $(BIN)/python -m pytest $(PARALLEL) \
		-m "database and not browser" -k "not sqlite_shop" --ignore freshness/tests/test_html.py \
		$(FILES_ALONE:%=--ignore batches/tests/spreadsheets/test_%.py)

# Takes some minutes, and nginx, pgbouncer, openssl and PostgreSQL's server, all of Debian.
rehearse: .venv/run.installed
	@$(BIN)/python -m deploy.rehearse

rehearse-short: .venv/run.installed
	@$(BIN)/python -m deploy.rehearse --short

bench: .venv/bench.installed var/static/staticfiles.json
	@$(BIN)/python -m bench

# What pyproject.toml asks for and all that it brings along, for every system, with checksums. It
# needs uv; a version that stands in these files already stays.
LOCK := uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

lock:
	@$(LOCK) --output-file requirements.txt
	@$(LOCK) --constraint requirements.txt --group test --output-file requirements-dev.txt
	@$(LOCK) --constraint requirements.txt --group bench --output-file bench/requirements.txt

var/static/staticfiles.json: .venv/run.installed $(shell find static -type f)
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0

.venv/run.installed: requirements.txt | .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

.venv/test.installed: requirements-dev.txt | .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

.venv/bench.installed: bench/requirements.txt | .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement bench/requirements.txt
	@touch $@

.venv:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
