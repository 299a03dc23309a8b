package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// nobody runs the program in an image: a number, since there is no list of users in it.
const nobody = 65532

// A descriptor says which blob is meant, as the image specification of the Open
// Container Initiative has it.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Platform    *platform         `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        *descriptor  `json:"config,omitempty"`
	Layers        []descriptor `json:"layers,omitempty"`
	Manifests     []descriptor `json:"manifests,omitempty"`
}

type imageConfig struct {
	platform
	Created string         `json:"created"`
	Config  map[string]any `json:"config"`
	RootFS  rootFS         `json:"rootfs"`
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

// layout collects the blobs of an image layout.
type layout struct{ files []file }

func (l *layout) add(mediaType string, data []byte) descriptor {
	sum := fmt.Sprintf("%x", sha256.Sum256(data))
	l.files = append(l.files, file{name: "blobs/sha256/" + sum, mode: 0o644, data: data})
	return descriptor{MediaType: mediaType, Digest: "sha256:" + sum, Size: len(data)}
}

func (l *layout) addJSON(mediaType string, value any) descriptor {
	return l.add(mediaType, asJSON(value))
}

func asJSON(value any) []byte {
	data, err := json.MarshalIndent(value, "", "  ")
	must(err)
	return append(data, '\n')
}

const ociIndex = "application/vnd.oci.image.index.v1+json"

// image is an image layout as a tar: the program for each processor and nothing below
// it, so that there is nothing to be kept up to date and no shell to be found.
func image(version string, programs map[string][]byte, when time.Time) []byte {
	var l layout
	all := manifest{SchemaVersion: 2, MediaType: ociIndex}
	for _, arch := range []string{"amd64", "arm64"} {
		program, ok := programs[arch]
		if !ok {
			continue
		}
		root := tarball([]file{
			{name: "usr/bin/lockstep", mode: 0o755, data: program},
			folder("data", 0o700, nobody),
			folder("tmp", 0o1777, 0),
		}, "", when)
		layer := l.add("application/vnd.oci.image.layer.v1.tar+gzip", gzipped(root))
		user := fmt.Sprintf("%d:%d", nobody, nobody)
		config := l.addJSON("application/vnd.oci.image.config.v1+json", imageConfig{
			platform: platform{arch, "linux"},
			Created:  when.UTC().Format(time.RFC3339),
			Config: map[string]any{
				"User": user, "Entrypoint": []string{"/usr/bin/lockstep"}, "Cmd": []string{"help"}, "WorkingDir": "/data",
				"Volumes": map[string]any{"/data": struct{}{}},
				"Labels":  map[string]string{"org.opencontainers.image.title": "lockstep", "org.opencontainers.image.version": version, "org.opencontainers.image.licenses": "Apache-2.0"},
			},
			RootFS: rootFS{"layers", []string{fmt.Sprintf("sha256:%x", sha256.Sum256(root))}},
		})
		const mediaType = "application/vnd.oci.image.manifest.v1+json"
		one := l.addJSON(mediaType, manifest{SchemaVersion: 2, MediaType: mediaType, Config: &config, Layers: []descriptor{layer}})
		one.Platform = &platform{arch, "linux"}
		all.Manifests = append(all.Manifests, one)
	}
	named := l.addJSON(ociIndex, all)
	named.Annotations = map[string]string{"org.opencontainers.image.ref.name": version}
	l.files = append(l.files,
		file{name: "oci-layout", mode: 0o644, data: []byte(`{"imageLayoutVersion":"1.0.0"}`)},
		file{name: "index.json", mode: 0o644, data: asJSON(manifest{SchemaVersion: 2, MediaType: ociIndex, Manifests: []descriptor{named}})})
	return tarball(l.files, "", when)
}
