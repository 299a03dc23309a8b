package main

import (
	"strings"

	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
)

// targets are the nodes that a verb talks to: those that were named, or those of
// the cluster that runs in the default folder, or the default port.
func targets(named string) func() []string {
	if named != "" {
		var list []string
		for _, t := range strings.Split(named, ",") {
			if t = strings.TrimSuffix(strings.TrimSpace(t), "/"); !strings.Contains(t, "://") {
				t = "http://" + t
			}
			list = append(list, t)
		}
		return client.Fixed(list...)
	}
	return func() []string {
		members, err := cluster.ReadMembers(defaultClusterDir)
		if err != nil || len(members) == 0 {
			return []string{"http://127.0.0.1:7001", "http://127.0.0.1:7002", "http://127.0.0.1:7003"}
		}
		var list []string
		for _, m := range members {
			list = append(list, "http://"+m.HTTP)
		}
		return list
	}
}

const targetUsage = "nodes to talk to, as URLs with commas (default: the cluster in var/cluster, or ports 7001 to 7003)"
