# The two commands of a shop are `make run` and `make test`; README.md says the same without make.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run demo test test-postgres bench rehearse

run: .venv/run.installed var/static/staticfiles.json
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/python manage.py serve

demo: .venv/run.installed
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo

test: .venv/test.installed
	@$(BIN)/python -m pytest

# TEST_POSTGRES_URL: a server's, in which it may make a database of its own.
test-postgres: .venv/test.installed
	@DATABASE_URL="$(TEST_POSTGRES_URL)" $(BIN)/python -m pytest -m "not browser"

# Takes some minutes, and nginx, pgbouncer, openssl and PostgreSQL's server, all of Debian.
rehearse: .venv/run.installed
	@$(BIN)/python -m deploy.rehearse

bench: .venv/bench.installed var/static/staticfiles.json
	@$(BIN)/python -m bench

var/static/staticfiles.json: .venv/run.installed $(shell find static -type f)
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0

.venv/run.installed: requirements.txt | .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

.venv/test.installed: requirements.txt requirements-dev.txt | .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

.venv/bench.installed: requirements.txt bench/requirements.txt | .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement bench/requirements.txt
	@touch $@

.venv:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
