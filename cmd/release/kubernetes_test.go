package main

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// workload is what the manifest may say of the set of nodes. It is read strictly, so a
// misspelt key fails here; the types of Kubernetes itself are not asked.
type workload struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   map[string]any
	Spec       struct {
		ServiceName          string `yaml:"serviceName"`
		Replicas             int
		PodManagementPolicy  string `yaml:"podManagementPolicy"`
		Selector             any
		VolumeClaimTemplates []any `yaml:"volumeClaimTemplates"`
		Template             struct {
			Metadata any
			Spec     struct {
				Grace      int            `yaml:"terminationGracePeriodSeconds"`
				Automount  *bool          `yaml:"automountServiceAccountToken"`
				Security   map[string]any `yaml:"securityContext"`
				Spread     []any          `yaml:"topologySpreadConstraints"`
				Volumes    []any
				Containers []struct {
					Name, Image string
					Args        []string
					Env, Ports  []any
					Liveness    map[string]any `yaml:"livenessProbe"`
					Readiness   map[string]any `yaml:"readinessProbe"`
					Security    map[string]any `yaml:"securityContext"`
					Mounts      []any          `yaml:"volumeMounts"`
				}
			}
		}
	}
}

// TestKubernetes: the manifest has the three objects; each flag that it gives exists, the
// list of nodes is that of the set, clients come by TLS and with tokens, no two nodes may be away by intent, and nothing that
// runs may become more than it is.
func TestKubernetes(t *testing.T) {
	parts := bytes.Split(shipped("kubernetes.yaml"), []byte("\n---\n"))
	var kinds []string
	for _, part := range parts {
		var object map[string]any
		if err := yaml.Unmarshal(part, &object); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, fmt.Sprint(object["apiVersion"], " ", object["kind"]))
		if object["kind"] == "PodDisruptionBudget" {
			if spec := object["spec"].(map[string]any); fmt.Sprint(spec["maxUnavailable"]) != "1" {
				t.Errorf("the budget is %v", spec)
			}
		}
	}
	if got := strings.Join(kinds, ", "); got != "v1 Service, policy/v1 PodDisruptionBudget, apps/v1 StatefulSet" {
		t.Fatal(got)
	}
	var set workload
	if err := yaml.NewDecoder(bytes.NewReader(parts[2]), yaml.Strict()).Decode(&set); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	pod := set.Spec.Template.Spec
	node := pod.Containers[0]
	var peers []string
	for i := range set.Spec.Replicas {
		name := fmt.Sprintf("lockstep-%d", i)
		peers = append(peers, fmt.Sprintf("%[1]s=%[1]s.%[2]s:7001/%[1]s.%[2]s:7101", name, set.Spec.ServiceName))
	}
	if all := strings.Join(node.Args, " "); set.Spec.Replicas != 3 || !strings.Contains(all, "--peers="+strings.Join(peers, ",")+" ") {
		t.Errorf("%d replicas, and %s", set.Spec.Replicas, all)
	}
	if pod.Grace < 10 || len(pod.Spread) != 2 || len(set.Spec.VolumeClaimTemplates) != 1 || set.Spec.PodManagementPolicy != "Parallel" {
		t.Errorf("%d s to end, %d rules of spread, %d volumes, %s", pod.Grace, len(pod.Spread), len(set.Spec.VolumeClaimTemplates), set.Spec.PodManagementPolicy)
	}
	for path, probe := range map[string]map[string]any{"/healthz": node.Liveness, "/readyz": node.Readiness} {
		if said := fmt.Sprint(probe); !strings.Contains(said, path) || !strings.Contains(said, "HTTPS") {
			t.Errorf("a probe does not ask %s by TLS: %v", path, probe)
		}
	}
	if all := strings.Join(node.Args, " "); !strings.Contains(all, "--http-tls") || !strings.Contains(all, "--access=/access/access") || strings.Contains(all, "--open-to-network") {
		t.Errorf("other machines reach the node, which does not ask them: %s", all)
	}
	for what, is := range map[string]bool{
		"non-root": pod.Security["runAsNonRoot"] == true, "the image's user": fmt.Sprint(pod.Security["runAsUser"]) == fmt.Sprint(nobody),
		"a read-only root": node.Security["readOnlyRootFilesystem"] == true, "no more rights": node.Security["allowPrivilegeEscalation"] == false,
		"no capabilities": fmt.Sprint(node.Security["capabilities"]) == "map[drop:[ALL]]", "no token": pod.Automount != nil && !*pod.Automount,
	} {
		if !is {
			t.Errorf("the node does not run with %s", what)
		}
	}
}

// TestFlags: the flags that unit, example and manifest give to a node exist.
func TestFlags(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	built, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.Command(built[1], "node", "--help").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, help)
	}
	for _, name := range []string{"lockstep-node.service", "default", "kubernetes.yaml"} {
		flags := regexp.MustCompile(`--[a-z][a-z-]*`).FindAllString(string(shipped(name)), -1)
		if len(flags) == 0 {
			t.Errorf("%s gives no flag", name)
		}
		for _, flag := range flags {
			if !regexp.MustCompile(`\s`+flag+`\s`).Match(help) && flag != "--out" && flag != "--from-file" && flag != "--role" && flag != "--help" {
				t.Errorf("%s gives %s, which lockstep node does not have", name, flag)
			}
		}
	}
}
