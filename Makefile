# Vedich: `make run` and `make test` are all a newcomer needs; each prepares the environment itself.
# requirements.lock holds what the program needs, requirements-dev.lock that and the developers' tools.
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
PLAN ?= vietnam-2021
SINCE ?= 2021-01
AS_OF ?= 2021-06
LOCK ?= requirements.lock

# make install WHEELS=wheels: everything comes from that folder (make wheels), nothing from a network
ifdef WHEELS
export PIP_NO_INDEX := 1
export PIP_FIND_LINKS := $(abspath $(WHEELS))
export UV_NO_INDEX := 1
export UV_OFFLINE := 1
export UV_FIND_LINKS := $(PIP_FIND_LINKS)
endif

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
ADD_UV := $(PIP) install uv==$(UV_VERSION)
UV_PIP := $(BIN)/uv pip
INSTALL := $(UV_PIP) install --quiet --python $(BIN)/python
COMPILE := $(UV_PIP) compile pyproject.toml --quiet --generate-hashes --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help install develop ces run test fast coverage check licences openapi lock wheels clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: $(VENV)/.installed ## prepare the environment in .venv, with the command `vedich` in it

# The locks are complete, so nothing is resolved (--no-deps). Bytecode is compiled for all but the
# tests that packages bring along. What only installs is removed again.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(ADD_UV)
	$(INSTALL) --no-deps --require-hashes --requirement requirements.lock
	$(INSTALL) --no-deps --editable .
	$(BIN)/python -m compileall -q -j 0 -x '/tests?/' $(VENV)/lib data models training service
	$(PIP) uninstall --yes uv setuptools
	@touch $@

develop: $(VENV)/.developed ## add the developers' tools to .venv

$(VENV)/.developed: requirements-dev.lock $(VENV)/.installed
	$(ADD_UV)
	$(INSTALL) --no-deps --require-hashes --requirement requirements-dev.lock
	@touch $@

ces: install ## add the library of the candidate CES, for `vedich retrain --thorough`
	$(ADD_UV)
	$(INSTALL) --constraint requirements-dev.lock statsforecast
	$(PIP) uninstall --yes uv

run: install ## sample plans, a model for each month, the service on http://127.0.0.1:8000
	$(BIN)/vedich init --sample all
	$(BIN)/vedich retrain --plan $(PLAN) --since $(SINCE) --as-of $(AS_OF)
	$(BIN)/vedich retrain --plan lang-son-2021 --since $(SINCE) --as-of $(AS_OF)
	$(BIN)/vedich serve

# bytecode is kept even where the environment forbids it: hundreds of modules, many processes
# one thread of linear algebra per worker: more only wait for each other
TESTS := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
  $(BIN)/python -m pytest --numprocesses auto --dist worksteal

test: develop ## run the tests
	$(TESTS)

fast: develop ## run the quick tests, those not marked slow: under a minute
	$(TESTS) -m "not slow"

coverage: develop ## run the tests, and fail under 90 % of lines in any folder
	$(TESTS) --cov --cov-report=
	for folder in data models training service; do \
	  $(BIN)/coverage report --include="$$folder/*" --sort=cover --skip-covered || exit 1; \
	done

check: develop ## linters, types, import contract, Dockerfile, licences and advisories, as CI runs them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/python .ci/dependencies.py

licences: develop ## list the licences of all dependencies in docs/licences.md
	$(BIN)/python .ci/dependencies.py --write

openapi: install ## write docs/openapi.json, the interface's committed contract
	$(BIN)/python -m service.openapi

lock: develop ## pin the newest versions of all dependencies in both lock files
	$(ADD_UV)
	$(COMPILE) --upgrade --extra dev --output-file requirements-dev.lock
	$(COMPILE) --upgrade --constraint requirements-dev.lock --no-emit-package pyarrow --output-file requirements.lock

wheels: | $(BIN)/python ## download into wheels/ what `make install WHEELS=wheels` needs without a network
	$(PIP) download --no-deps --require-hashes --dest wheels --requirement $(LOCK)
	$(PIP) download --no-deps --dest wheels uv==$(UV_VERSION) 'setuptools>=77'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

clean: ## remove the environment and what was computed
	rm -rf $(VENV) var
