// Package webhook tells another server what happens to reviews, and never what was
// said.
package webhook
