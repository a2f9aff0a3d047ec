PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CASE := cases/simulated

.PHONY: demo test check format clean

demo: $(VENV)/core ## install, then run the main job on a simulated conflict and on the claims of one essay
	@$(BIN)/salience world $(CASE) --seed 7 --quiet --overwrite
	@$(BIN)/salience run $(CASE)
	@$(BIN)/salience run cases/afghanistan $(if $(SALIENCE_DATA),--data '$(SALIENCE_DATA)')
	@echo "Two reports: $(CASE)/report.html and cases/afghanistan/report.html"

test: $(VENV)/dev ## install, then every check that a change must pass
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/core: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/dev: $(VENV)/core
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) $(CASE) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
