# The verbs of this repository. `make check` is the main one: from a fresh clone to a verdict.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup
PACKAGES := $(patsubst %/pyproject.toml,%,$(wildcard tools/pyproject.toml server/pyproject.toml clients/python/pyproject.toml))
PROJECTS := $(PACKAGES:%=%/pyproject.toml)
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: help setup check test serve generate lock bench clean

help: ## Show these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv from requirements.lock (quick when nothing changed)

check: setup ## Hold contract, generated code and running server together: tally check
	@$(BIN)/tally check

test: setup ## Run the quality floor: format, lint, types, tests
	@$(BIN)/python tests/run_floor.py

serve: setup ## Serve the Warehouse API (HOST, PORT), documentation under /docs
	@$(BIN)/python -m warehouse serve --host $(HOST) --port $(PORT)

generate: setup ## Write everything that tally.toml names from the contract
	@$(BIN)/tally generate

lock: setup ## Resolve requirements.lock again (needs the network)
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	  --no-header --quiet --output-file requirements.lock $(PROJECTS) --group pyproject.toml:dev $(LOCKFLAGS)
	@echo "requirements.lock: $$(grep -c '==' requirements.lock) packages"

bench: setup ## Measure every performance claim again, beside its peers
	@$(BIN)/python benchmarks/run.py

clean: ## Remove what the other verbs made, .venv included
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis .tally reports
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.lock $(PROJECTS) tools/setup_environment.sh
	@bash tools/setup_environment.sh $(VENV) $(PACKAGES)
	@touch $(STAMP)
