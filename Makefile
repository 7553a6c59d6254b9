# The commands of this project. `make help` lists them; README.md and CONTRIBUTING.md say when to use which.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
PYTHON ?= python3

BUILD := $(CURDIR)/.build
BINARY := $(BUILD)/release/git-model
# Manual pages to install: every *.1 in this folder. scripts/update-manual writes them.
MAN_PAGES ?= docs/man

# Interop: SEEDS=200 for more seeds, SEED=7 MODE=same OPERATIONS=40 for one failure again, GIT_MODEL for another binary.
GTO_VERSION := 1.10.1
VENV := $(BUILD)/interop-venv
# What delivery is held against: DVC, the last DVC of the older layout, and servers of S3 and of Git LFS. One environment
# each, because their dependencies exclude each other; what an older one does not bound itself is bounded here.
DELIVERY := $(BUILD)/delivery-venv
DELIVERY_PEERS := dvc[s3,ssh,webdav]==3.67.1
DELIVERY_OLD := dvc==2.58.2 pathspec==0.11.2 dulwich==0.22.8 pygit2==1.14.1
DELIVERY_SERVERS := moto[server]==5.2.5 giftless==0.6.2 flask-marshmallow==1.4.0 marshmallow==3.26.2 webargs==8.7.1 \
	figcan==0.0.4 Flask-Classful==0.16.0 python-dotenv PyJWT python-dateutil cachetools typing-extensions
# What the pipelines of `init` are held against: the published schemas of the CI products, and a reader of YAML.
PIPELINES := $(BUILD)/pipelines-venv
PIPELINES_TOOLS := check-jsonschema==0.39.0 ruamel.yaml==0.19.1
REGISTRIES ?= $(CURDIR)/../shared/registries
INTEROP_ARGUMENTS = --registries "$(REGISTRIES)" $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FIRST_SEED),--first-seed $(FIRST_SEED)) \
	$(if $(SEED),--seed $(SEED)) $(if $(MODE),--mode $(MODE)) $(if $(OPERATIONS),--operations $(OPERATIONS))

# Bytecode of our Python files goes to .build, not beside them.
export PYTHONPYCACHEPREFIX := $(BUILD)/pycache

.DEFAULT_GOAL := build
.PHONY: help deps build install demo test lint interop interop-selftest interop-tools faults delivery delivery-tools reactions pipelines pipelines-tools hooks bench check-static clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

deps: ## Install missing system packages, or print the command that does
	@scripts/install-dependencies

build: deps ## Build the release program, .build/release/git-model
	GIT_MODEL_COMMIT="$$(git describe --always --abbrev=12 --dirty=+ 2>/dev/null || echo unknown)" \
		$(SWIFT) build -c release --product git-model --static-swift-stdlib -Xlinker -s

install: ## Install the program, completions and manual pages to $(DESTDIR)$(PREFIX)
	@test -x "$(BINARY)" || $(MAKE) build
	install -D -m 755 "$(BINARY)" "$(DESTDIR)$(PREFIX)/bin/git-model"
	install -d "$(DESTDIR)$(PREFIX)/share/bash-completion/completions" "$(DESTDIR)$(PREFIX)/share/zsh/site-functions" \
		"$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d"
	"$(BINARY)" completion bash > "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/git-model"
	"$(BINARY)" completion zsh > "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_git-model"
	"$(BINARY)" completion fish > "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/git-model.fish"
	@for page in "$(MAN_PAGES)"/*.1; do \
		if test -f "$$page"; then install -D -m 644 -t "$(DESTDIR)$(PREFIX)/share/man/man1" "$$page"; fi; \
	done

demo: build ## Play a model's life in a temporary repository
	PATH="$(BUILD)/release:$$PATH" bash Examples/quickstart/quickstart.sh

test: deps ## Build everything and run the tests
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --skip ChildProcessTests --skip GitCommandTests
	@# These measure how long children take; tests that wait for commands would keep them from running.
	$(SWIFT) test --skip-build --filter ChildProcessTests --filter GitCommandTests

lint: ## Check style, documentation of public symbols, Python and shell files
	$(SWIFT) format lint --strict --recursive Package.swift $(wildcard Sources Tests Examples)
	$(PYTHON) -m compileall -q Tests/Interop Tests/Faults Tests/Support/servers Benchmarks
	bash -n .ci/run $(wildcard scripts/*) $(wildcard Examples/*/*.sh)

interop: $(if $(GIT_MODEL),,build) interop-tools delivery-tools ## Hold git-model against the real GTO, DVC, Git LFS and others (SEEDS=, SEED=, OPERATIONS=)
	$(VENV)/bin/python Tests/Interop/interop.py $(INTEROP_ARGUMENTS)
	$(if $(SEED),,$(MAKE) hooks reactions pipelines delivery GIT_MODEL="$(or $(GIT_MODEL),$(BINARY))")

delivery: $(if $(GIT_MODEL),,build) delivery-tools ## Hold download against what the peers deliver (ROWS="git/file dvc-s3/folder")
	GIT_MODEL="$(or $(GIT_MODEL),$(BINARY))" DVC="$(DELIVERY)/peers/bin/dvc" DVC2="$(DELIVERY)/old/bin/dvc" \
		MOTO_SERVER="$(DELIVERY)/servers/bin/moto_server" $(PYTHON) Tests/Interop/delivery.py $(ROWS)

pipelines: $(if $(GIT_MODEL),,build) pipelines-tools ## Hold the pipelines of init against the CI products' schemas, and run them
	GIT_MODEL="$(or $(GIT_MODEL),$(BINARY))" CHECK_JSONSCHEMA="$(PIPELINES)/bin/check-jsonschema" \
		$(PIPELINES)/bin/python Tests/Interop/pipelines.py

hooks: $(if $(GIT_MODEL),,build) ## Hold hooks to the fault model's rows (ROWS="H1 M9", SHARE=10 for a tenth of the runs)
	GIT_MODEL="$(or $(GIT_MODEL),$(BINARY))" $(PYTHON) Tests/Interop/hooks.py $(ROWS)

reactions: $(if $(GIT_MODEL),,build) interop-tools ## Kill watch while three clones push: each hook must run once (RUNS=20, SEED=7)
	GIT_MODEL="$(or $(GIT_MODEL),$(BINARY))" $(VENV)/bin/python Tests/Interop/reactions.py \
		$(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED))

faults: $(if $(GIT_MODEL),,build) ## Hold writers to the fault model's rows (ROWS="R2 R12", SHARE=20 for a twentieth of the runs, SEED=)
	SHARE="$(or $(SHARE),1)" $(if $(SEED),SEED=$(SEED)) GIT_MODEL="$(or $(GIT_MODEL),$(BINARY))" $(PYTHON) Tests/Faults/faults.py $(ROWS)

interop-selftest: interop-tools ## Hold GTO against itself, whole and with faults: the harness must find each
	$(VENV)/bin/python Tests/Interop/selftest.py $(INTEROP_ARGUMENTS)

interop-tools: $(VENV)/gto-$(GTO_VERSION)

$(VENV)/gto-$(GTO_VERSION):
	@scripts/install-dependencies --interop
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check gto==$(GTO_VERSION)
	touch $@

# The name of the mark is made of what is installed, so that other versions are installed anew.
DELIVERY_MARK := $(DELIVERY)/$(shell echo '$(DELIVERY_PEERS) $(DELIVERY_OLD) $(DELIVERY_SERVERS)' | cksum | cut -d' ' -f1)

delivery-tools: $(DELIVERY_MARK)

$(DELIVERY_MARK):
	@scripts/install-dependencies --interop
	scripts/install-delivery-peers "$(DELIVERY)" "$(PYTHON)" peers "$(DELIVERY_PEERS)" old "$(DELIVERY_OLD)" servers "$(DELIVERY_SERVERS)"
	touch $@

# The name of the mark is made of what is installed, as above.
PIPELINES_MARK := $(PIPELINES)/$(shell echo '$(PIPELINES_TOOLS)' | cksum | cut -d' ' -f1)

pipelines-tools: $(PIPELINES_MARK)

$(PIPELINES_MARK):
	@scripts/install-dependencies --interop
	$(PYTHON) -m venv --clear $(PIPELINES)
	$(PIPELINES)/bin/python -m pip install --quiet --disable-pip-version-check $(PIPELINES_TOOLS)
	touch $@

bench: $(if $(GIT_MODEL),,build) interop-tools ## Measure git-model beside git, GTO and others (SIZE=100000 for one size, QUICK=1: the bars only)
	$(PYTHON) Benchmarks/bench.py $(if $(QUICK),--quick) $(if $(SIZE),--size $(SIZE)) $(if $(ONLY),--only "$(ONLY)")

check-static: build ## Check that the program needs no Swift libraries, and list what it needs
	scripts/check-static-binary "$(BINARY)"

clean: ## Remove everything that was built
	rm -rf "$(BUILD)"
