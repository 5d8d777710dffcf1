.PHONY: help run daily train tune backtest playbook test test-scale bench docs clean

help:  ## Say what there is.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run:  ## Set up .venv, build the page and open the deck on the simulators. ARGS="--port 9000"
	@scripts/run $(ARGS)

daily:  ## Collect, train, make the playbook and its reports. ARGS="--symbols AAPL"
	@scripts/setup run
	@.venv/bin/quantdeck daily $(ARGS)

train:  ## Train a model of a table of features. ARGS="features.csv --cv"
	@scripts/setup run
	@.venv/bin/quantdeck train $(ARGS)

tune:  ## Search for parameters of the model. ARGS="features.csv --symbol AAPL"
	@scripts/setup run
	@.venv/bin/quantdeck tune $(ARGS)

backtest:  ## Trade what a model said of sessions it had not seen. ARGS="features.csv"
	@scripts/setup run
	@.venv/bin/quantdeck backtest $(ARGS)

playbook:  ## Rank trades of the newest session. ARGS="--top-n 5"
	@scripts/setup run
	@.venv/bin/quantdeck playbook $(ARGS)

test:  ## Set up what the tests need and check everything. ARGS="-k tape" goes to pytest
	@scripts/test $(ARGS)

test-scale:  ## Check what needs NATS, PostgreSQL, an object store, Ray and nginx, all of it.
	@scripts/test-scale $(ARGS)

bench:  ## Run every benchmark with small inputs.
	@scripts/bench $(ARGS)

docs:  ## Build the documentation into site/.
	@scripts/docs $(ARGS)

clean:  ## Remove what was built and installed; recorded data in data/ stay.
	rm -rf .venv .bench build dist site src/quantdeck/web ui/node_modules ui/dist
	rm -rf .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
