# Everything is done by the scripts; this file only gives it short names.
.PHONY: help install run test bench lock

help:
	@echo "make run      install what is missing, load the demonstration, serve http://127.0.0.1:8000 (PORT=…)"
	@echo "make test     install what the tests need and run every check"
	@echo "make bench    measure pages, jobs and statistics beside their lower bounds"
	@echo "make install  prepare .venv and node_modules, start nothing"
	@echo "make lock     re-make the locks from pyproject.toml and package.json"

install:
	@python3 scripts/install.py

run: install
	@exec .venv/bin/python scripts/run.py

test:
	@python3 scripts/install.py --tests
	@.venv/bin/python scripts/test.py

bench:
	@python3 scripts/install.py --tests
	@.venv/bin/python -m tests.benchmarks $(BENCH)

lock:
	@scripts/lock.sh
