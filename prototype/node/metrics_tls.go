//go:build !js

package node

import (
	"crypto/x509"
	"encoding/pem"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var expiryDesc = prometheus.NewDesc("lockstep_certificate_expiry_timestamp_seconds", "When the earliest certificate expires of those that this node uses: file is node, its own and those between it and the authority, or ca, the authorities.", []string{"file"}, nil)

// expiring is a network whose certificates expire.
type expiring interface {
	// Expiry gives when the first certificate of the node, and the first of the
	// authorities, will have expired.
	Expiry() (node, ca time.Time)
}

// exposeCertificates is for a node with TLS.
func (n *Node) exposeCertificates() {
	if network, ok := n.cfg.Network.(expiring); ok {
		n.meter.Registry.MustRegister(certificateCollector{network})
	}
}

type certificateCollector struct{ network expiring }

func (c certificateCollector) Describe(ch chan<- *prometheus.Desc) { ch <- expiryDesc }

func (c certificateCollector) Collect(ch chan<- prometheus.Metric) {
	own, ca := c.network.Expiry()
	for file, at := range map[string]time.Time{"node": own, "ca": ca} {
		if !at.IsZero() {
			ch <- prometheus.MustNewConstMetric(expiryDesc, prometheus.GaugeValue, float64(at.Unix()), file)
		}
	}
}

// Expiry looks at the certificates in use, those of files that have changed included.
func (t *TLS) Expiry() (own, ca time.Time) {
	pair, _ := t.current()
	for _, der := range pair.Certificate {
		own = soonest(own, der)
	}
	t.mu.Lock()
	authorities := t.authorities
	t.mu.Unlock()
	for block, rest := pem.Decode(authorities); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			ca = soonest(ca, block.Bytes)
		}
	}
	return own, ca
}

// soonest is the earlier of a time, if there is one, and of the end of a certificate.
func soonest(at time.Time, der []byte) time.Time {
	c, err := x509.ParseCertificate(der)
	if err != nil || !at.IsZero() && at.Before(c.NotAfter) {
		return at
	}
	return c.NotAfter
}
