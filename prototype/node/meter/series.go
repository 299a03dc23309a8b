//go:build !js

package meter

// MaxSeries bounds how many time series a node has in Prometheus. It is the one place
// that states it: no label has more values than this reckons with.
//
// The groups are the shards of the quorum lane, and one for each other lane that is used.
// The peers are the other members, and one more, "stranger", if others than members have
// been refused. Clients, conversations and messages are never labels, so load adds
// nothing.
func MaxSeries(groups, peers int) int { return 300 + 178*groups + 8*peers }
