.DEFAULT_GOAL := help
.PHONY: help setup demo docs pictures test replay lint format bench cards costs chaos fuzz clean

PY := .venv/bin/python

help:  ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup:  ## create .venv and install everything into it
	@.ci/bootstrap dev

demo: setup  ## trade on a local Bybit venue (REPLAY=file.frames.gz for recorded order flow)
	@$(PY) -m nautilus_bybit_adapter.cli demo --report build/demo.html $(if $(REPLAY),--replay "$(REPLAY)")

docs: setup  ## build the documentation into build/site, strictly
	@.ci/docs

pictures: setup  ## draw the documentation's pictures anew (needs chromium)
	@$(PY) docs/pictures.py

test: setup ctest  ## every test: C++ under sanitizers, then Python
	@$(PY) -m pytest

replay: setup  ## replay whole recordings through the venue into a live node (BYBIT_NT_DATA names their folder)
	@BYBIT_NT_WHOLE_FILES=1 $(PY) -m pytest -n 0 --timeout=1800 tests/integration/test_recordings_replayed.py

lint: setup  ## ruff, mypy --strict, clang-format
	@.ci/lint

format: setup  ## rewrite the sources in the project's format
	@$(PY) -m ruff check --fix --quiet; $(PY) -m ruff format --quiet
	@find ext -name '*.hpp' -o -name '*.cpp' | xargs .venv/bin/clang-format -i

bench: setup  ## measure against the framework's own adapter; writes build/bench.json (PARTS="node load" for some)
	@$(PY) tests/bench/run.py $(PARTS)

cards: setup  ## run the framework's testing cards with both adapters; writes the tables in docs/
	@$(PY) tests/conformance/write_data_cards.py
	@$(PY) tests/conformance/write_exec_cards.py

costs: setup  ## what smart limits cost on recorded order flow; writes docs/smart-limit.md (BYBIT_NT_DATA names the folder)
	@$(PY) tests/bench/smart_limit_costs.py

.PHONY: ctest
ctest: setup
	@.ci/ctest

chaos: setup  ## a thousand schedules of faults during random trading (COUNT=100 for fewer)
	@$(PY) tests/chaos/campaign.py --count $(or $(COUNT),1000)

fuzz: setup  ## fuzz each target of the C++ core for a minute (needs clang)
	@.ci/fuzz

clean:  ## remove what was built
	rm -rf .venv build
