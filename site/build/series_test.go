package build

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

const inSeries = `-- README.md --
# Home

ADR-0001 holds, and so does RFC-2. RFC-9110 is another body's. V2 is out.
-- CHANGES.md --
# Changes

## V1: the first

## V2: the second
-- docs/adr/0001-one.md --
# One

Status: accepted
-- docs/adr/0002-two.md --
# Two

Status: accepted, see [web](../../packages/web/docs/adr/0001-react.md)

Supersedes: [old](../../packages/web/docs/adr/0001-react.md)
-- docs/rfcs/0001-ask.md --
# RFC 1: Ask

Status: superseded by RFC-2
-- docs/rfcs/0002-answer.md --
# RFC 2: Answer

Status: accepted
-- packages/web/docs/adr/0001-react.md --
# React

Status: accepted
-- packages/web/docs/adr/0002-hooks.md --
# Hooks

Status: accepted

It follows ADR-0001.
-- packages/api/docs/adr/README.md --
# What the API decided
-- packages/api/docs/adr/0001-rest.md --
# REST

Status: accepted
`

// TestSeries: all folders of records are found, each with numbers of its own.
func TestSeries(t *testing.T) {
	loaded := load(t, tree(t, inSeries))
	if len(loaded.Findings) > 0 {
		t.Errorf("findings: %v", loaded.Findings)
	}
	var got []string
	for _, s := range loaded.series {
		var ids []string
		for _, p := range s.log.Decisions {
			ids = append(ids, fmt.Sprintf("%s at %s", p.Decision.ID, p.Path))
		}
		got = append(got, fmt.Sprintf("%s %q: %s", s.Address, loaded.ByPath(s.Address).Title, strings.Join(ids, ", ")))
	}
	want := []string{
		`/adr/ "Decisions": ADR-0001 at /adr/0001-one/, ADR-0002 at /adr/0002-two/`,
		`/rfc/ "RFCs": RFC-1 at /rfc/0001-ask/, RFC-2 at /rfc/0002-answer/`,
		`/packages/api/adr/ "What the API decided": ADR-0001 at /packages/api/adr/0001-rest/`,
		`/packages/web/adr/ "Web: decisions": ADR-0001 at /packages/web/adr/0001-react/, ADR-0002 at /packages/web/adr/0002-hooks/`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
	for from, leads := range map[string]string{
		"/":                             `<a class="ref" href="adr/0001-one/" title="One">ADR-0001</a> holds, and so does <a class="ref" href="rfc/0002-answer/" title="Answer">RFC-2</a>. RFC-9110 is another body's. V2 is out.`,
		"/packages/web/adr/0002-hooks/": `It follows <a class="ref" href="../0001-react/" title="React">ADR-0001</a>.`,
		"/rfc/0001-ask/":                `href="../0002-answer/"`,
		"/adr/":                         `href="0001-one/"`,
		"/packages/api/adr/":            `href="0001-rest/"`,
	} {
		data, _, err := loaded.Bytes(context.Background(), &loaded.Site, loaded.ByPath(from))
		if err != nil || !strings.Contains(string(data), leads) {
			t.Errorf("%s: %v: it lacks %s", from, err, leads)
		}
	}
	redirects := loaded.Redirects()
	for short, full := range map[string]string{"/adr/1/": "/adr/0001-one/", "/rfc/2/": "/rfc/0002-answer/", "/packages/web/adr/0001/": "/packages/web/adr/0001-react/"} {
		if redirects[short] != full {
			t.Errorf("%s leads to %q", short, redirects[short])
		}
	}
}

// TestSeries_configured: what a folder's name does not say is said.
func TestSeries_configured(t *testing.T) {
	const text = `-- README.md --
# Home

See PLAN-3.
-- plans/0003-later.md --
# Later

Status: proposed
-- adr/0001-one.md --
# One

Status: accepted
-- lockstep.yaml --
title: T
adr: [adr, plans]
series:
  - {folder: plans, name: Our plans, prefix: plan, address: what/next}
`
	loaded := load(t, tree(t, text))
	p := loaded.ByPath("/what/next/0003-later/")
	if len(loaded.Findings) > 0 || p == nil || p.Decision.ID != "PLAN-3" || loaded.ByPath("/what/next/").Title != "Our plans" {
		t.Fatalf("%v, %+v", loaded.Findings, p)
	}
	for wrong, want := range map[string]string{
		"folder: nowhere, name: N": "lockstep.yaml: series names the folder \"nowhere\", which does not exist [config]",
		"folder: plans, prefix: 3": "lockstep.yaml: series: the prefix \"3\" is not one to eight letters [config]",
	} {
		loaded := load(t, tree(t, strings.Replace(text, "folder: plans, name: Our plans, prefix: plan, address: what/next", wrong, 1)))
		if !slices.ContainsFunc(loaded.Findings, func(f site.Finding) bool { return strings.HasPrefix(f.String(), want) }) {
			t.Errorf("%s: %v", wrong, loaded.Findings)
		}
	}
}

// TestSeries_within: records in a folder within another's have numbers of their own where
// both use most of them, and are a part of the series otherwise. Each has the prefix of the
// innermost series.
func TestSeries_within(t *testing.T) {
	const record = "# R\n\n* Status: **Accepted**\n"
	for name, tt := range map[string]struct {
		inner []string
		want  []string
	}{
		"another series":    {[]string{"testing/0001-a", "testing/0002-b"}, []string{"/adr/: ADR-0001, ADR-0002", "/proposals/testing/adr/: ADR-0001, ADR-0002"}},
		"another kind":      {[]string{"rfcs/0001-a"}, []string{"/adr/: ADR-0001, ADR-0002", "/rfc/: RFC-1"}},
		"one number twice":  {[]string{"testing/0002-a", "testing/0003-b", "testing/0004-c"}, []string{"/adr/: ADR-0001, ADR-0002, ADR-0002, ADR-0003, ADR-0004"}},
		"those of old days": {[]string{"testing/0003-a", "testing/0004-b"}, []string{"/adr/: ADR-0001, ADR-0002, ADR-0003, ADR-0004"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := "-- proposals/0001-one.md --\n" + record + "-- proposals/0002-two.md --\n" + record
			for _, inner := range tt.inner {
				text += "-- proposals/" + inner + ".md --\n" + record
			}
			loaded := load(t, tree(t, text))
			var got []string
			for _, s := range loaded.series {
				var ids []string
				for _, p := range s.log.Decisions {
					ids = append(ids, p.Decision.ID)
				}
				got = append(got, s.Address+": "+strings.Join(ids, ", "))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || len(loaded.Findings) > 0 != (name == "one number twice") {
				t.Errorf("%v, series (-want +got):\n%s", loaded.Findings, diff)
			}
		})
	}
}

// TestKEPs: a proposal is what kep.yaml says and what the text beside it says.
func TestKEPs(t *testing.T) {
	const text = `-- README.md --
# Enhancements
-- keps/NNNN-kep-template/README.md --
# KEP-NNNN: Title
-- keps/NNNN-kep-template/kep.yaml --
status: provisional|implementable
-- keps/sig-node/127-user-namespaces/README.md --
# KEP-127: Support User Namespaces

A pod's users are not the host's.
-- keps/sig-node/127-user-namespaces/kep.yaml --
title: Support User Namespaces
kep-number: 127
authors:
  - "@rata"
  - "@giuseppe"
status: implemented
creation-date: 2021-11-02
stage: stable
latest-milestone: "v1.36"
replaces:
  - "/keps/sig-node/12-old-way"
-- keps/sig-node/12-old-way/README.md --
# Old way
-- keps/sig-node/12-old-way/kep.yaml --
title: The old way
status: replaced
-- keps/sig-node/13-templates/README.md --
# Templates
-- keps/sig-node/13-templates/kep.yaml --
status: unheard
`
	dir := tree(t, text)
	loaded := load(t, dir)
	if diff := cmp.Diff([]string{"keps/sig-node/13-templates/kep.yaml unknown-status"}, rules(loaded.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s\n%v", diff, loaded.Findings)
	}
	p := loaded.ByPath("/kep/127-user-namespaces/")
	if p == nil {
		t.Fatalf("no page: %s", fates(loaded))
	}
	d := p.Decision
	if d.ID != "KEP-127" || p.Title != "Support User Namespaces" || d.Status != site.StatusAccepted || d.StatusText != "accepted (implemented), stable in v1.36" ||
		d.Date != "2021-11-02" || !slices.Equal(d.Deciders, []string{"@rata", "@giuseppe"}) {
		t.Errorf("%q: %+v", p.Title, d)
	}
	if old := loaded.ByPath("/kep/12-old-way/"); old == nil || old.Decision.Status != site.StatusSuperseded || !slices.Equal(old.Decision.Related(site.SupersededBy), []string{"KEP-127"}) {
		t.Errorf("the old one: %+v", old)
	}
	if loaded.ByPath("/kep/13-templates/") == nil {
		t.Error("a proposal about templates was taken for one")
	}
}
