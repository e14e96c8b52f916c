# make demo   builds plimsoll and shows it: a real stack on this machine, load, scaling (about two minutes)
# make test   everything: dependencies, build, unit, property, golden and live tests
# make help   the rest

JOBS ?= $(shell nproc)
CTEST = ctest --output-on-failure --no-tests=error

.PHONY: help deps demo test kube check build asan tsan release lint format bench fuzz fresh clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

deps: ## installs the Debian packages of packages.txt that are missing (asks sudo if you are not root)
	@scripts/deps.sh

demo: release ## builds and runs stacks/quickstart.yaml for about two minutes, under load
	@scripts/demo.sh

build: deps ## builds everything with tests, warnings as errors
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS)

asan: deps ## builds the pure folders and parsers under sanitizers
	@cmake --preset asan >/dev/null
	@cmake --build --preset asan -j $(JOBS)

check: build asan ## all tests that need no running component
	@cd build/asan && $(CTEST) -j $(JOBS)
	@cd build/dev && $(CTEST) -j $(JOBS) -LE live

test: kube check ## the whole truth: check, then the live tests on real Postgres, Redis, Kubernetes and the rest
	@tests/kube/background.sh wait
	@cd build/dev && $(CTEST) -L live

# The Kubernetes API that live tests use is built from source once (some minutes), behind `check`: docs/testing.md. $$PPID is make's own.
kube: deps ## the Kubernetes API of the live tests; alone it waits until that is built
	@tests/kube/background.sh start $$PPID
ifneq ($(filter kube,$(MAKECMDGOALS)),)
	@tests/kube/background.sh wait
endif

tsan: deps ## the asan target's tests under the thread sanitizer
	@cmake --preset tsan >/dev/null
	@cmake --build --preset tsan -j $(JOBS)
	@cd build/tsan && $(CTEST) -j $(JOBS)

release: deps ## leaves build/release/bin/plimsoll, plimsoll-app and conform
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)

lint: build ## clang-format and clang-tidy (apt-get install clang-tidy-14)
	@scripts/lint.sh

format: ## formats what clang-format knows
	@git ls-files '*.cc' '*.h' | xargs clang-format-14 -i

bench: deps ## benchmarks beside their peers, in one run; fails if one is beaten
	@cmake --preset bench >/dev/null
	@cmake --build --preset bench -j $(JOBS)
	@for one in bench/*.sh; do $$one build/bench/bin/load_bench || exit 1; done
	@build/bench/bin/decide_bench

fuzz: ## every parser for 20 s each (apt-get install clang libclang-rt-14-dev)
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz -j $(JOBS)
	@scripts/fuzz.sh build/fuzz/bin 20

fresh: ## make demo and make test on a clean clone in a new Debian 12 root (needs root, debootstrap)
	@scripts/fresh.sh

clean: ## removes build/
	rm -rf build
