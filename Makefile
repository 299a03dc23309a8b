# Two commands are all that a newcomer needs: make run, make test.
# The rest is for those who change the code; see CONTRIBUTING.md.

ADDR ?= 127.0.0.1:8080
GO   ?= go

.PHONY: run test mutants model build release site check generate format fonts bench evidence rehearse foreign microbench clean help

run: build ## build everything and serve the site with its live cluster
	@exec bin/lockstep serve --addr $(ADDR)

test: ## every check there is, set-up included
	@bash .ci/test

mutants: ## plant bugs where order is decided, and list those that no test finds
	@$(GO) run ./prototype/mutant/plant --survivors 15

build: ## the one binary, bin/lockstep, with the programs for the browser in it
	@mkdir -p bin
	@[ -e bin/lockstep ] || echo "building bin/lockstep: a minute or two the first time"
	@GO=$(GO) bash .ci/lab
	@$(GO) build $$(bash .ci/buildflags) -o bin/lockstep ./cmd/lockstep

release: ## what others install, into dist/, the same bytes from the same commit; KEY=FILE signs
	@GO=$(GO) bash .ci/lab --small
	@$(GO) run ./cmd/release $(if $(KEY),--key $(KEY))

site: ## the static site, public/, with everything as small as it gets
	@GO=$(GO) bash .ci/lab --small
	@$(MAKE) -s build
	@bin/lockstep build

check: build ## judge the sources: links, decisions, numbers
	@bin/lockstep check

generate: ## Go code from templ files, and the stylesheet for code
	@$(GO) generate ./...
	@$(GO) tool templ generate

format: ## gofmt and templ fmt
	@gofmt -w cmd prototype site static
	@$(GO) tool templ fmt .

fonts: ## cut the fonts of the site anew (Python with fontTools and brotli)
	@python3 third_party/fonts/subset.py

bench: build ## Lockstep beside etcd and NATS JetStream, on this machine
	@cd prototype/peers && $(GO) run . --lockstep ../../bin/lockstep --duration 3s --rounds 3

evidence: ## record all evidence again at the head, about an hour; OUT and SMALL=1 for a trial
	@GO=$(GO) bash .ci/evidence

rehearse: build ## carry out every entry of the runbooks, and record when that was
	@bin/lockstep rehearse --out content/evidence/rehearsal.json

foreign: ## build the clones of other repositories in the folder CLONES, and judge how that went
	@$(GO) run ./cmd/foreign $(CLONES)

microbench: ## the benchmarks of parts that CONTRIBUTING.md explains
	@$(GO) test -run '^$$' -bench . -benchtime 3x ./site/... ./prototype/...

model: ## search the models beside ADR-0026 within their large bounds (spin, gcc; minutes)
	@bash adr/0026-model/run long >adr/0026-model/results.txt; failed=$$?; cat adr/0026-model/results.txt; exit $$failed

clean: ## what the other targets made (the cluster's data in var/ stays)
	@rm -rf bin public dist .cache

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile
