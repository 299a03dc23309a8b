package main

import (
	"net"
	"net/url"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"
)

// runJetStreamNode is one node of NATS with its default settings, but for
// SyncAlways.
func runJetStreamNode(c nodeConfig) error {
	self := c.self()
	host, port, err := split(self.Client)
	if err != nil {
		return err
	}
	peerHost, peerPort, err := split(self.Peer)
	if err != nil {
		return err
	}
	o := &server.Options{
		ServerName: self.Name, Host: host, Port: port, NoSigs: true,
		Cluster:   server.ClusterOpts{Name: "peers", Host: peerHost, Port: peerPort},
		JetStream: true, StoreDir: c.Dir, SyncAlways: c.Sync,
	}
	for _, m := range c.Members {
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: m.Peer})
	}
	s, err := server.NewServer(o)
	if err != nil {
		return err
	}
	s.ConfigureLogger()
	s.Start()
	return nil
}

func split(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	port, err = strconv.Atoi(text)
	return host, port, err
}
