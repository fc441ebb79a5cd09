# Everything a person does here. Each target does its own set-up.
# PYTHON names the interpreter that makes the environments (3.11 or newer).
PYTHON ?= python3
OUT ?= .demo
TEST ?=
PORT ?= 8080
VENV := .venv
DEV := $(VENV)/.dev
RUN := $(VENV)/.run

.PHONY: help demo serve tour test check audit bench requirements schemas clean

help:
	@echo "make demo          send a sample pack from end to end; leaves mail, texts and log in $(OUT)"
	@echo "make serve         serve the sample data, with sign-ins for every role (PORT=8080)"
	@echo "make test          run the tests (TEST='-k name' passes options to pytest)"
	@echo "make check         lint, types, import contracts, dead code, spelling, dependency audit"
	@echo "make tour          make the pictures of the README's tour again (needs chromium)"
	@echo "make bench         run the benchmarks"
	@echo "make schemas       write the published JSON Schemas again"
	@echo "make requirements  pin the dependencies again"

$(RUN): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(RUN)

demo: $(RUN)
	$(VENV)/bin/gateway demo --out $(OUT)

serve: $(RUN)
	$(VENV)/bin/gateway demo --serve --out $(OUT) --port $(PORT)

test: $(DEV)
	$(VENV)/bin/pytest -n auto --dist loadfile --no-loadscope-reorder $(TEST)

check: $(DEV)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/vulture
	$(VENV)/bin/deptry .
	$(VENV)/bin/codespell gateway policies tests deploy *.md
	$(VENV)/bin/gateway policy check policies
	@# where the vulnerability service cannot be reached, pip-audit says so for each package
	$(VENV)/bin/pip-audit --require-hashes --disable-pip -r requirements.txt

tour: $(DEV)
	$(VENV)/bin/python tests/tour/make_tour.py

bench: $(DEV)
	for script in tests/benchmarks/bench_*.py; do echo "== $$script"; $(VENV)/bin/python $$script || exit 1; done

requirements:
	uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header --python-version 3.11 \
	  --extra build --extra demo -o requirements.txt pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header --python-version 3.11 \
	  --extra build --extra demo --extra dev -o requirements-dev.txt pyproject.toml

schemas: $(DEV)
	$(VENV)/bin/python -c "from gateway.files.schemas import write_schemas; write_schemas()"

clean:
	rm -rf $(VENV) $(OUT) .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
