SHELL = /bin/bash
.DEFAULT_GOAL = help
.NOTPARALLEL:
.PHONY: help setup run test test-long bench fmt messages permissions processes reset port

PORT ?= 8000
UV_VERSION = 0.13.9
BIN = .venv/bin
CATALOGUES = $(patsubst %.po,%.mo,$(wildcard tequio/locale/*/LC_MESSAGES/django.po))
export TEQUIO_VAR ?= $(CURDIR)/var
export UV_PYTHON_DOWNLOADS = never
export UV_SYSTEM_CERTS ?= 1

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 18

setup: .venv/.ready $(CATALOGUES) ## the environment alone (.venv, locked), development tools included

.venv/.uv-$(UV_VERSION):
	@command -v python3 >/dev/null || { echo "Tequio needs Python 3.11 or later: apt-get install python3 python3-venv" >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tequio needs Python 3.11 or later; python3 is $$(python3 --version)." >&2; exit 1; }
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }
	@python3 -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/.ready: .venv/.uv-$(UV_VERSION) pyproject.toml uv.lock
	@$(BIN)/uv sync --frozen --quiet
	@touch $@

.venv/.oracles: .venv/.ready
	@$(BIN)/uv sync --frozen --quiet --group oracles
	@touch $@

%.mo: %.po tools/messages.py .venv/.ready
	@$(BIN)/python tools/messages.py compile $<

port:
	@if command -v python3 >/dev/null; then python3 -I tequio/kernel/port.py "$(PORT)"; fi

run: export TEQUIO_DEMO = 1
run: export TEQUIO_BASE_URL ?= http://localhost:$(PORT)
run: port setup ## the hub with Mexico's pack and the demo on http://localhost:8000 (PORT= to change)
	@$(BIN)/tequio migrate --verbosity 0
	@$(BIN)/tequio createcachetable --verbosity 0
	@$(BIN)/tequio load-demo
	@$(BIN)/tequio load mx
	@$(BIN)/tequio collectstatic --noinput --verbosity 0
	@exec $(BIN)/tequio serve --port "$(PORT)"

test: setup .venv/.oracles ## the whole suite: lint, types, contracts, SQLite, PostgreSQL 18, browser
	@$(BIN)/python tools/suite.py

test-long: setup .venv/.oracles ## the same with the long forms
	@$(BIN)/uv sync --frozen --quiet --group oracles --group fuzz
	@$(BIN)/python tools/suite.py --long

bench: setup ## the benchmarks, into var/bench.jsonl
	@$(BIN)/uv sync --frozen --quiet --group bench
	@$(BIN)/python -m bench

fmt: setup ## formats the code
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

messages: setup ## brings the .po catalogues up to date with the sources
	@$(BIN)/python tools/messages.py update
	@$(MAKE) --no-print-directory setup

permissions: setup ## writes docs/permissions.md anew
	@TEQUIO_UPDATE=1 $(BIN)/python -m pytest -q tests/contracts/test_permissions.py -k as_committed

processes: setup ## draws docs/processes anew from the packs
	@$(BIN)/tequio draw-processes docs/processes

reset: ## deletes the database and whatever else was made at run time, after asking
	@if [ ! -e "$(TEQUIO_VAR)" ]; then echo "There is nothing to delete: $(TEQUIO_VAR) does not exist."; exit 0; fi; \
	if [ ! -e "$(TEQUIO_VAR)/secret" ]; then echo "$(TEQUIO_VAR) does not look like a hub's folder; nothing was deleted." >&2; exit 1; fi; \
	read -r -p "Delete $(TEQUIO_VAR), with its database, mail and secret? Type yes: " answer || true; \
	if [ "$$answer" = yes ]; then rm -rf -- "$(TEQUIO_VAR)" && echo "Deleted."; else echo "Kept."; fi
