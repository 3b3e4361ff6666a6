# Fossick. `make help` lists what there is. Works with GNU make 3.81 (macOS) and newer.
#
# Everything made here lies in .venv/, node_modules/, static/vendor/, build/ and dist/.
# A target that finds its work done does nothing, so a second `make run` starts at once.

PORT ?= 8000
OPEN ?= 1
DATA ?=
BENCH ?=
ARGS ?=
# 1: the long form of the tests, which takes over an hour (tests/forms.py).
LONG ?=
# Files of tests that run side by side: each with a browser of its own.
JOBS ?= 2
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)

PY = .venv/bin/python
BIN = node_modules/.bin

# Judged collections and sample files; tests that need them are skipped without.
FOSSICK_DATA ?= ../shared/data
export FOSSICK_DATA

.DEFAULT_GOAL := help
.PHONY: help run test check lint fix site vendor browser bench eval node clean distclean

help: ## list the targets
	@echo 'make run        set up what is missing, then serve the app (PORT=8000, OPEN=0: no browser window)'
	@echo 'make test       set up what is missing, then run all tests (ARGS="-k words": some, LONG=1: more)'
	@echo 'make check      lint, types, layers and the fast tests: before each commit'
	@echo 'make lint       lint, types and layers alone'
	@echo 'make fix        format the code and mend what can be mended by itself'
	@echo 'make site       write the site to dist/, for any static host'
	@echo 'make bench      run the measurements of tests/bench (BENCH=name: one of them, ARGS to it)'
	@echo 'make eval       measure retrieval on judged data: make eval DATA=folder [ARGS="--json"]'
	@echo 'make browser    find or install the browsers that the tests use'
	@echo 'make clean      remove dist/ and caches; make distclean: everything made here'

run: site
	@exec $(PY) serve.py --dir dist --port $(PORT) $(if $(filter-out 0 no,$(OPEN)),--open)

test: .venv/.dev site browser
	@$(PY) pyodide_build/test_dist.py
	@echo '==> Tests'
	@FOSSICK_LONG=$(LONG) $(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: lint
	@echo '==> Fast tests'
	@FOSSICK_FEW=1 $(PY) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder \
		-m 'not browser and not slow and not lengthy and not exhaustive' $(ARGS)

# Types of vendored libraries lie beside them, hence `vendor`.
lint: .venv/.dev vendor
	@echo '==> Lint, types, layers'
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(BIN)/biome check .
	@$(BIN)/tsc --noEmit

fix: .venv/.dev node_modules/.installed
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@$(BIN)/biome check --write .

site: vendor
	@$(PY) pyodide_build/build_site.py

vendor: .venv/.host node_modules/.installed
	@$(PY) pyodide_build/vendor_assets.py
	@$(PY) pyodide_build/build_kernels.py
	@$(PY) pyodide_build/export_model.py

browser: .venv/.host
	@$(PY) pyodide_build/ensure_browser.py --install

bench: .venv/.dev site
	@for file in tests/bench/$(or $(BENCH),[a-z]*).py; do \
		echo "==> $$file"; $(PY) "$$file" $(ARGS) || exit 1; done

eval: vendor
	@test -n '$(DATA)' || { \
		echo 'Name a folder with corpus.jsonl, queries.jsonl and qrels/: make eval DATA=folder'; exit 2; }
	@$(PY) -m app eval --data '$(DATA)' $(ARGS)

.venv/.host: pyproject.toml
	@test -n '$(PYTHON)' || { echo 'Fossick needs Python 3.11 or newer; none was found.'; exit 1; }
	@echo '==> Python packages into .venv'
	@test -x $(PY) || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo 'The venv could not be made. On Debian or Ubuntu: apt-get install python3-venv'; exit 1; }
	@$(PY) -m pip install --disable-pip-version-check -e '.[host,build]'
	@touch $@

.venv/.dev: .venv/.host
	@echo '==> Tools for tests and checks into .venv'
	@$(PY) -m pip install --disable-pip-version-check -e '.[host,build,dev]'
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc | node
	@echo '==> npm packages into node_modules'
	@npm ci --no-audit --no-fund
	@touch $@

node:
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || { \
		echo 'Fossick needs Node.js 20 or newer.'; exit 1; }

clean:
	rm -rf dist build/site-digests.json .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache
	find app tests pyodide_build -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf build static/vendor node_modules .venv
