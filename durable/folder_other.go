//go:build windows || js

package durable

// SyncFolder does nothing: this system has no such call.
func SyncFolder(string) error { return nil }
