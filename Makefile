# The project's own environment, in .venv: pinned wheels, no compiler, no CUDA toolkit.
PYTHON ?= python3
VENV := .venv
# One that is asked for has an environment of its own: `make test PYTHON=python3.12` in .venv-3.12.
ifeq ($(origin PYTHON),command line)
VENV := .venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
endif
BIN := $(VENV)/bin
# As old as the last installation: nothing is installed again until one of its inputs changes.
STAMP := $(VENV)/.installed
LOCKED := -c requirements/lock.txt

# Over the first one. For the page: gradio wants an older pillow. For networks of others, and for
# notebooks: what they need.
WEB := $(VENV)-web
PEERS := $(VENV)-peers
NOTEBOOKS := $(VENV)-notebooks
# Beside it: the site is built from files alone, and so is what is published.
DOCS := $(VENV)-docs
RELEASE := $(VENV)-release

# Pythons that a wheel is tried with; those that are not here are said to be missing.
PYTHONS ?= python3.10 python3.11 python3.12 python3.13

OTHERS := yolo11n-pose yolo26n-pose rtmo-t rtmo-s
COCO := configs/associative_embedding/coco/ae_
LIGHT := $(wildcard $(COCO)hourglass-w*.py $(COCO)cspnext-*.py $(COCO)mobilenet-v2-fpn_*.py \
    $(COCO)litehrnet-*.py)

.PHONY: demo docs notebooks links test test-web peers networks lint venv version release-check clean

demo: venv  ## Train, test and draw a bottom-up model on generated crowds.
	$(BIN)/python tools/demo.py

test: lint  ## Everything that must pass before a commit.
	$(BIN)/pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder

docs: $(DOCS)/.installed  ## The site, in site; a link that leads nowhere is an error.
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict

notebooks: demo $(NOTEBOOKS)/.installed  ## Make them of their plain code and run them.
	$(NOTEBOOKS)/bin/python tools/docs/notebooks.py

links:  ## Ask for every address elsewhere that documents name; needs the network.
	$(PYTHON) tools/docs/links.py

test-web: $(WEB)/.installed $(DOCS)/.installed  ## The pages, in Chromium if that is installed.
	$(WEB)/bin/python projects/browser/fetch.py
	$(WEB)/bin/python -m pytest -rs tests/test_web projects/browser/tests/test_page_in_browser.py

peers: $(PEERS)/.installed  ## An environment with YOLO, for tools/benchmark/methods.py.

networks: $(PEERS)/.installed  ## Time light networks beside YOLO and RTMO, at both sizes of docs/benchmarks.md.
	for side in 512 192; do \
	    files=work_dirs/networks/$$side; \
	    $(PEERS)/bin/python tools/benchmark/peers.py $(OTHERS) --size $$side $$side --out $$files || exit; \
	    $(PEERS)/bin/python tools/benchmark/networks.py $(OTHERS:%=$$files/%.onnx) $(LIGHT) \
	        --size $$side $$side --json $$files.json || exit; \
	done

version:
	@sed -n "s/__version__ = '\(.*\)'/\1/p" mmpose_ae/version.py

release-check:  ## Build what PyPI takes, check it, and try it with every Python that is here.
	$(PYTHON) -m venv $(RELEASE)
	$(RELEASE)/bin/pip install --quiet build check-manifest twine
	$(RELEASE)/bin/check-manifest
	rm -rf build dist
	$(RELEASE)/bin/python -m build --outdir dist
	rm -rf build *.egg-info  # which mim would take for the installation
	$(RELEASE)/bin/twine check --strict dist/*
	for python in $(PYTHONS); do \
	    if "$$python" -c '' 2> /dev/null; then .ci/check_wheel "$$python" dist/*.whl || exit; \
	    else echo "$$python is not here"; fi; \
	done

lint: venv
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/interrogate .

venv: $(STAMP)

$(STAMP): setup.py pyproject.toml mmpose_ae/version.py $(wildcard requirements/*.txt)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install $(LOCKED) -r requirements/base.txt -r requirements/torch.txt \
	    -r requirements/export.txt -r requirements/dev.txt
	$(BIN)/pip install $(LOCKED) --no-deps -r requirements/mm.txt -r requirements/tracking.txt
	$(BIN)/pip install --no-deps --no-build-isolation -e .
	touch $@

$(WEB)/.installed: OPTIONS := -r requirements/web.txt -r requirements/browser.txt
$(WEB)/.installed: requirements/web.txt requirements/browser.txt
$(PEERS)/.installed: OPTIONS := --no-deps -r requirements/peers.txt
$(PEERS)/.installed: requirements/peers.txt
$(NOTEBOOKS)/.installed: OPTIONS := -r requirements/notebooks.txt
$(NOTEBOOKS)/.installed: requirements/notebooks.txt
$(WEB)/.installed $(PEERS)/.installed $(NOTEBOOKS)/.installed: $(STAMP)
	$(PYTHON) -m venv $(@D)
	path=$$(cd $(VENV) && echo lib/python3*/site-packages); \
	    echo "import site; site.addsitedir('$(CURDIR)/$(VENV)/$$path')" > $(@D)/$$path/layer.pth
	$(@D)/bin/pip install $(OPTIONS)
	touch $@

$(DOCS)/.installed: requirements/docs.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install -r requirements/docs.txt
	touch $@

clean:
	rm -rf .venv .venv-* build dist site *.egg-info mmpose_ae/.mim
