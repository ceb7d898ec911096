# Vedich: `make run` and `make test` are all a newcomer needs; each prepares the environment itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLAN ?= vietnam-2021
AS_OF ?= 2021-06

.DEFAULT_GOAL := help
.PHONY: help install run test check lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(VENV)/.installed ## prepare the environment in .venv, with the command `vedich` in it

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

run: install ## sample plans, first retrainings, the service on http://127.0.0.1:8000
	$(BIN)/vedich init --sample all
	$(BIN)/vedich retrain --plan $(PLAN) --as-of $(AS_OF)
	$(BIN)/vedich retrain --plan lang-son-2021 --as-of $(AS_OF)
	$(BIN)/vedich serve

test: install ## run the tests
	$(BIN)/python -m pytest --numprocesses auto

check: install ## linters, types, import contract and Dockerfile, as CI runs them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

lock: install ## pin the dependencies anew
	$(BIN)/uv pip compile pyproject.toml --extra dev --quiet --upgrade --generate-hashes --no-header --no-annotate --output-file requirements.lock

clean: ## remove the environment and what was computed
	rm -rf $(VENV) var
