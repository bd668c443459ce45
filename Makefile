# The few commands of those who change the code; `python3 run.py` needs no make.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: start setup test bench check texts lock

start:                          ## install, prepare, start
	$(PYTHON) run.py

setup:                          ## install only
	$(PYTHON) run.py setup

test:                           ## the whole test suite
	$(PYTHON) run.py test

bench:                          ## the table of figures
	$(PYTHON) run.py bench

check:                          ## what CI looks at besides the tests
	.ci/checks

texts:                          ## bring the catalogues up to date with the code, then name what is missing
	$(BIN)/portal i18n update
	$(BIN)/portal i18n check

lock:                           ## renew requirements.lock with the newest versions that fit (needs uv)
	rm -f uv.lock
	printf '%s\n' '# Tested versions of everything pyproject.toml asks for; run.py installs within them. Renewed by `make lock`.' > requirements.lock
	uv export --quiet --no-hashes --no-emit-project --all-groups --all-extras --no-annotate --no-header >> requirements.lock
	rm -f uv.lock
