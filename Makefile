# podnet: every command that people and CI use. `make help` lists them.
ifeq (,$(filter oneshell,$(.FEATURES)))
$(error podnet needs GNU make 3.82 or later, got $(MAKE_VERSION). On macOS: brew install make, then write gmake for make)
endif
ENV ?= dev
NAME ?= synth
PIPELINE ?= pipeline
RUNS ?= 10
WORKERS ?= 4
NODES ?= 100
PYTHON ?= python3
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:

targets := help setup setup-rehearsal setup-parts setup-system synth synth-pipeline deploy-pipeline review diff deploy destroy preflight verify rehearse rehearse-down check format schema test test-quick fuzz bench bump audit clean observability dataplane faults privilege
# a word that is no target would be told only after the others have run, with the default environment; shells that
# complete names ask for .DEFAULT, .PHONY or a colon
unknown := $(firstword $(filter-out $(targets) .% : node_modules/.made,$(MAKECMDGOALS)))
ifneq (,$(unknown))
$(error there is no target $(unknown): make help lists them, and an environment is named by ENV=<name>)
endif
long := $(firstword $(foreach each,environment ENVIRONMENT,$(if $(filter command,$(origin $(each))),$(each))))
ifneq (,$(long))
$(error an environment is named by ENV, got $(long)=$($(long)): make $(MAKECMDGOALS) ENV=$($(long)))
endif
# what is given in small letters would be passed over, and the default be taken
small := $(firstword $(foreach each,env name pipeline against args runs seed only keep operations from look workers nodes python,$(if $(filter command,$(origin $(each))),$(each))))
ifneq (,$(small))
capitals := $(shell echo $(small) | tr a-z A-Z)
$(error $(capitals) must be written in capitals, got $(small)=$($(small)): make $(MAKECMDGOALS) $(capitals)=$($(small)))
endif
no := 0 no off false
benchmarks := synth reconcile dns dns_restart early_demux
ifneq (,$(filter bench,$(MAKECMDGOALS)))
ifeq (,$(filter $(NAME),$(benchmarks)))
$(error NAME must be one of $(benchmarks), got $(NAME))
endif
endif
# what changes an account takes no default
CHANGING := $(filter deploy destroy,$(MAKECMDGOALS))
ifneq (,$(CHANGING))
ifneq (,$(if $(ENV),$(filter file,$(origin ENV)),empty))
$(error make $(firstword $(CHANGING)) must be given an environment: make $(firstword $(CHANGING)) ENV=<name>)
endif
endif

export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := $(shell node --version 2>/dev/null | sed 's/^v//; s/\..*//')
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1

CDK := npx --no-install cdk
PYTHON_FILES := app.py clean_end.py pipeline settings stacks constructs charts review rehearsal preflight verify accepter tests benchmarks tools scans examples laboratory observability terminal

help: ## list the commands
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "%-17s %s\n", $$1, $$2 }' "$(strip $(MAKEFILE_LIST))"

# -- what the commands need: made when missing or older than its pins -------------------------------------------------
.venv/.made: requirements-locked.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "podnet needs Python 3.11 or later, got " + sys.version.split()[0])'
	echo "setting up .venv (some minutes the first time)"
	$(PYTHON) -m venv .venv
	.venv/bin/pip install -q --require-hashes --no-deps -r requirements-locked.txt
	.venv/bin/pip install -q --no-deps --no-build-isolation -e .
	touch $@

.venv-emulator/.made: rehearsal/emulator/requirements-locked.txt
	@echo "setting up .venv-emulator"
	$(PYTHON) -m venv .venv-emulator
	.venv-emulator/bin/pip install -q --require-hashes --no-deps -r rehearsal/emulator/requirements-locked.txt
	touch $@

node_modules/.made: package.json package-lock.json
	@command -v node >/dev/null || { echo "podnet needs Node.js 20 or later; none was found" >&2; exit 1; }
	node -e 'const got = process.versions.node; if (parseInt(got) < 20) { console.error("podnet needs Node.js 20 or later, got " + got); process.exit(1) }'
	echo "setting up node_modules"
	npm ci --no-audit --no-fund --loglevel error
	touch $@

setup: .venv/.made node_modules/.made ## make what synth, diff and deploy need
setup-rehearsal: setup .venv-emulator/.made ## make what a rehearsal needs: emulator and Kubernetes programs
	@.venv/bin/python -m rehearsal.parts --quiet kubernetes etcd kwok pod_webhook vpc_cni vpc_resource_controller
setup-parts: setup-rehearsal ## make what tests and benchmarks need besides: CoreDNS, AWS's CNI code, load, rules
	@.venv/bin/python -m rehearsal.parts --quiet
setup-system: ## install the Debian packages that tests use, as root; elsewhere say which
	@sh tests/system-packages

# -- use --------------------------------------------------------------------------------------------------------------
synth: setup ## write templates and the review to cdk.out; reads nothing but the repository
	@.venv/bin/python -m terminal "synthesizing $(ENV)" -- $(CDK) synth --quiet -c environment="$(ENV)"
	echo "templates in cdk.out, the review in cdk.out/review/index.html"
review: setup ## tell flows, rules and capacity of ENV as text, without a synth
	@.venv/bin/python -m review --environment "$(ENV)" $(if $(AGAINST),--against "$(AGAINST)")
diff: setup ## compare with what is deployed, and tell what the change does to running pods; AGAINST=<saved review or file>
	@.venv/bin/python -m review --environment "$(ENV)" --changes $(if $(AGAINST),--against "$(AGAINST)")
	$(CDK) diff -c environment="$(ENV)"
deploy: setup ## deploy all stacks of ENV, which must be given, to AWS, and save the review that the next one is compared with
	@.venv/bin/python -m settings.where --environment "$(ENV)"
	$(CDK) deploy --all -c environment="$(ENV)"
	saved=$$(basename "$(ENV)"); saved=environments/$${saved%.*}.review.json
	cp cdk.out/review/review.json "$$saved"
	echo "saved $$saved: commit it, make diff compares with it"
dataplane: setup ## measure the flows of ENV on this machine's kernel, beside the model's
	@.venv/bin/python -m tests.dataplane --environment "$(ENV)"
destroy: setup ## delete all stacks of ENV, which must be given, from AWS
	@.venv/bin/python -m settings.where --environment "$(ENV)"
	$(CDK) destroy --all -c environment="$(ENV)"
preflight: setup ## hold ENV's file against its account with your AWS credentials, before a deploy; changes nothing
	@.venv/bin/python -m preflight --environment "$(ENV)" $(ARGS)
verify: setup ## prove ENV in its cluster with kubectl: variables, trunk ENIs, policies, pods; changes nothing
	@.venv/bin/python -m verify --environment "$(ENV)" $(ARGS)
rehearse: setup-rehearsal ## deploy, change, repair and destroy ENV on this machine; KEEP=1 leaves it up, OPERATIONS=1 tries more operations, FROM=<revision> upgrades
	@exec .venv/bin/python -m rehearsal --environment "$(ENV)" $(if $(filter-out $(no),$(KEEP)),--keep) $(if $(filter-out $(no),$(OPERATIONS)),--operations) $(if $(FROM),--from "$(FROM)")
rehearse-down: .venv/.made ## end a rehearsal that was kept
	@exec .venv/bin/python -m rehearsal --down

synth-pipeline: setup ## write the templates of PIPELINE and its environments, and their reviews to build/reviews
	@rm -rf cdk.out/assembly-* # those of an earlier run
	$(CDK) synth --quiet --app ".venv/bin/python -m pipeline" -c pipeline="$(PIPELINE)"
	rm -rf build/reviews && mkdir -p build/reviews
	name=$$(basename "$(PIPELINE)"); name=$${name%.*}
	for stage in cdk.out/assembly-*; do cp -r "$$stage/review" "build/reviews/$${stage#cdk.out/assembly-$$name-}"; done
	echo "templates in cdk.out, the reviews in build/reviews/<environment>/index.html"
deploy-pipeline: setup ## deploy PIPELINE once by hand; from then on it deploys itself
	@$(CDK) deploy --app ".venv/bin/python -m pipeline" -c pipeline="$(PIPELINE)" "$(PIPELINE)"

# -- development --------------------------------------------------------------------------------------------------------
check: setup ## format, lint, types, import contracts, schema, security scans of every environment
	@.venv/bin/ruff format --check $(PYTHON_FILES)
	.venv/bin/ruff check $(PYTHON_FILES)
	.venv/bin/mypy
	PYTHONPATH=.:constructs .venv/bin/lint-imports
	.venv/bin/python -m settings --check
	.venv/bin/python -m review.rules --check
	.venv/bin/python -m scans
	.venv/bin/python -m observability --check
format: setup ## put the code into its form
	@.venv/bin/ruff check --fix $(PYTHON_FILES)
	.venv/bin/ruff format $(PYTHON_FILES)
schema: setup ## write environments/*schema.json and docs/settings.md from the models
	@.venv/bin/python -m settings
test: setup-system setup-parts ## run all tests, WORKERS at once, with a fleet of NODES; ARGS="…" are pytest's
	@NODES=$(NODES) .venv/bin/python -m pytest -n $(WORKERS) $(ARGS)
test-quick: setup ## run tests/unit but for the browser's, and tests/synth, WORKERS at once: of Go they need two modules' files alone
	@.venv/bin/python -m pytest -n $(WORKERS) --ignore tests/unit/review/page/test_in_chromium.py tests/unit tests/synth $(ARGS)
fuzz: setup-parts ## try 2,000 random environments, 5,000 broken files, 2,000 hostile events, as many texts, answers and option sets
	@OPTION_SETS=2000 FUZZ=full FUZZ_EXAMPLES=2000 .venv/bin/python -m pytest -q tests/fuzz tests/unit/review/test_any_settings.py tests/synth/test_random_files.py tests/unit/settings/test_any_file.py tests/cluster/test_any_event.py tests/dns/test_corefile_loads.py tests/unit/charts/test_corefile.py
faults: setup-rehearsal ## rehearse RUNS times, each with one part killed, paused or out of disk at a random moment; SEED repeats
	@exec .venv/bin/python -m rehearsal.faults --environment "$(ENV)" --runs $(RUNS) $(if $(SEED),--seed $(SEED))
privilege: setup-rehearsal ## rehearse ENV once for each permission of its templates, without it; ONLY="…" names some
	@exec .venv/bin/python -m rehearsal.privilege --environment "$(ENV)" $(if $(ONLY),--only "$(ONLY)")
observability: setup ## write the dashboard and the alert rules from their source
	@.venv/bin/python -m observability
bench: setup-parts ## measure side by side: NAME=synth, reconcile, …; writes build/benchmarks/NAME.json
	@.venv/bin/python -m benchmarks.$(NAME)
bump: setup ## raise every pin to its newest release and show what changed; LOOK=1 only looks
	@.venv/bin/python -m tools.bump $(if $(filter-out $(no),$(LOOK)),--look)
audit: setup ## say which pins their makers have withdrawn: yanked, deprecated, retracted
	@.venv/bin/python -m tools.audit
clean: ## end a kept rehearsal and remove what was made here; the user's cache stays
	@[ ! -e build/rehearsal/processes.json ] || [ ! -x .venv/bin/python ] || .venv/bin/python -m rehearsal --down
	rm -rf .venv .venv-emulator node_modules cdk.out build .mypy_cache .pytest_cache .hypothesis .import_linter_cache constructs/*.egg-info
	find . \( -name __pycache__ -o -name .ruff_cache \) -prune -exec rm -rf {} +

.PHONY: $(targets)
