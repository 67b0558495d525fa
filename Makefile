# What there is to run. Every target installs what it needs on Debian (as root or with sudo) and says so.
.PHONY: help build install demo test lint bench soak pictures clean

help: ## what there is to run
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

build: ## bin/cordboard
	@.ci/setup.sh build
	@.ci/build.sh

install: ## the program, manual pages and completions: DESTDIR, PREFIX=/usr/local
	@.ci/setup.sh build
	@.ci/build.sh
	@.ci/install.sh

demo: ## a whole contact centre on this machine: sign in, take a call
	@.ci/setup.sh build run
	@.ci/build.sh
	@bin/cordboard demo

test: ## everything that every change must pass
	@.ci/setup.sh build run peers
	@.ci/test.sh

lint: ## golangci-lint with our rules
	@.ci/setup.sh build
	@.ci/lint.sh

bench: ## the figures of docs/performance.md, as ratios within one run
	@.ci/setup.sh build run peers
	@.ci/bench.sh

soak: ## hours of calls against a running server: SOAK=30m make soak
	@.ci/setup.sh build run peers
	@.ci/soak.sh

pictures: ## the README's pictures, from the real screen
	@.ci/setup.sh build run pictures
	@.ci/build.sh
	@.ci/pictures.sh

clean: ## removes what was built
	@rm -rf bin .soak
