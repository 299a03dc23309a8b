package fault

// Sever closes every connection with a peer, without a fault: both ends may
// connect again at once. Nothing counts it as a hit.
func (l *Links) Sever(peer string) {
	l.mu.Lock()
	var severed []*conn
	for c := range l.conns {
		if c.peer == peer {
			severed = append(severed, c)
		}
	}
	l.mu.Unlock()
	for _, c := range severed {
		c.Close()
	}
}
