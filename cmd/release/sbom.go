package main

import (
	"debug/buildinfo"
	"strings"
	"time"
)

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

func module(kind, path, version string) component {
	purl := "pkg:golang/" + path + "@" + strings.ReplaceAll(version, "+", "%2B")
	return component{Type: kind, Ref: purl, Name: path, Version: version, PURL: purl}
}

// sbom lists what is in a program as CycloneDX has it, read from the program itself. It
// has no serial number, since that would be another at each run.
func sbom(info *buildinfo.BuildInfo, when time.Time) []byte {
	b := bom{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{
		Timestamp: when.UTC().Format(time.RFC3339), Component: module("application", info.Main.Path, info.Main.Version)}}
	for _, s := range info.Settings {
		b.Metadata.Component.Properties = append(b.Metadata.Component.Properties, property{"go:" + s.Key, s.Value})
	}
	b.Components = append(b.Components, module("library", "std", strings.TrimPrefix(info.GoVersion, "go")))
	for _, dep := range info.Deps {
		c := module("library", dep.Path, dep.Version)
		if dep.Sum != "" {
			c.Properties = append(c.Properties, property{"go:sum", dep.Sum})
		}
		if dep.Replace != nil {
			c.Properties = append(c.Properties, property{"go:replaced-by", dep.Replace.Path})
		}
		b.Components = append(b.Components, c)
	}
	return asJSON(b)
}
