# Two commands: `make demo` and `make test`. Only Python 3.11+ and make are needed beforehand.
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
  "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
PIP := $(PY) -m pip install --require-hashes --only-binary=:all: --disable-pip-version-check --no-input --quiet --retries 5 --timeout 60

.PHONY: help install demo test lint format types bench e2e lock clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(PY):
	@test -n "$(PYTHON)" || { echo "Need Python 3.11 or newer with the venv module (Debian/Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.lock | $(PY)
	@echo "Installing what the portal runs on (half a minute the first time) ..."
	@$(PIP) -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	@echo "Installing the test and quality tools ..."
	@$(PIP) -r $<
	@touch $@

$(VENV)/.e2e: requirements/e2e.lock $(VENV)/.dev
	@echo "Installing the browser test tools ..."
	@$(PIP) -r $<
	@touch $@

install: $(VENV)/.runtime ## make the environment alone (.venv)

demo: $(VENV)/.runtime ## load the register and the demonstration records, serve http://127.0.0.1:8000 (PORT overrides)
	@$(PY) manage.py demo

test: $(VENV)/.dev ## the whole suite (DATABASE_URL moves it to PostgreSQL)
	@$(PY) -m pytest -n auto --maxprocesses 8 --dist worksteal

lint: $(VENV)/.dev ## formatter, linter, template linter
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m djlint --quiet --lint templates

format: $(VENV)/.dev ## put the code in its format
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

types: $(VENV)/.dev ## type checker
	@$(PY) -m mypy

e2e: $(VENV)/.e2e ## the browser story, in Debian's Chromium
	@$(PY) -m pytest e2e

bench: $(VENV)/.dev ## list, board, State page and form save against a floor view in the same run
	@$(PY) -m bench

lock: ## rewrite the locks (needs uv)
	@requirements/lock.sh

clean: ## remove what the commands made
	rm -rf $(VENV) var
