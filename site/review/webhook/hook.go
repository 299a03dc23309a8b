package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"

	"lockstep/durable"
	"lockstep/site/review"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// Hook tells another server of every accepted event, in the order of each page's
// log, at least once each. It tells that something happened and where, never what
// was said: who wants to know reads it, with rights of their own.
//
// Each delivery is signed: Lockstep-Signature is "sha256=" and the HMAC of the
// timestamp, a dot and the body, in hexadecimal; Lockstep-Timestamp is in seconds.
// An answer other than 2xx is tried again, after a second, then after twice as
// long, up to an hour. What was delivered is kept in a file, so a restart goes on
// where it was.
type Hook struct {
	URL    string
	Secret string
	File   string // where the deliveries are noted
	// Private allows addresses of private networks, which are refused otherwise so
	// that a hook cannot be aimed at what only this machine can reach.
	Private bool

	Service *review.Service
	Pages   subject.Pages
	Logger  *slog.Logger
	Now     func() time.Time // default: time.Now

	done map[string]uint64 // by page
}

// ErrPrivate is the error for a hook to an address of a private network.
var ErrPrivate = errors.New("the address is on a private network")

// delivery is what a hook is told.
type delivery struct {
	Page string `json:"page"`
	Path string `json:"path,omitempty"`
	state.Notice
}

const (
	hookTimeout = 10 * time.Second
	hookFirst   = time.Second
	hookLongest = time.Hour
	atOnce      = 200 // events of a page, before the next page has its turn
)

// Validate checks what an operator wrote.
func (h *Hook) Validate() error {
	u, err := url.Parse(h.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%q is not an address on the web", h.URL)
	case len(h.Secret) < 16:
		return errors.New("the secret of a webhook needs at least 16 characters")
	}
	return nil
}

// Run delivers until the context ends.
func (h *Hook) Run(ctx context.Context) error {
	if h.Now == nil {
		h.Now = time.Now
	}
	h.done = make(map[string]uint64)
	if data, err := os.ReadFile(h.File); err == nil {
		if err := json.Unmarshal(data, &h.done); err != nil {
			return fmt.Errorf("read the deliveries of a webhook from %s: %w", h.File, err)
		}
	}
	client := h.client()
	for ctx.Err() == nil {
		changed := h.Service.Watch("")
		idle := true
		pages, err := h.Service.Names(ctx)
		if err != nil {
			h.Logger.Error("webhook", "error", err)
		}
		for _, name := range pages {
			news, err := h.Service.News(ctx, name, h.done[name], atOnce)
			if err != nil {
				h.Logger.Error("webhook", "error", err)
			}
			for _, n := range news {
				idle = false
				if err := h.deliver(ctx, client, name, n); err != nil {
					return err
				}
			}
		}
		if !idle {
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// deliver tries until it succeeds.
func (h *Hook) deliver(ctx context.Context, client *http.Client, page string, n state.Notice) error {
	d := delivery{Page: page, Notice: n}
	if doc, ok := h.Pages.Document(page); ok {
		d.Path = doc.Path
	}
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	for wait := hookFirst; ; wait = min(2*wait, hookLongest) {
		err := h.post(ctx, client, body, h.Now())
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		h.Logger.Warn("webhook", "page", page, "event", n.N, "error", err, "again after", wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	h.done[page] = n.N
	data, err := json.Marshal(h.done)
	if err != nil {
		return err
	}
	return durable.WriteFile(h.File, data, 0o600)
}

func (h *Hook) post(ctx context.Context, client *http.Client, body []byte, now time.Time) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Lockstep-Timestamp", stamp)
	r.Header.Set("Lockstep-Signature", "sha256="+sign(h.Secret, stamp, body))
	answer, err := client.Do(r)
	var asked *url.Error
	if errors.As(err, &asked) {
		return asked.Err // without the address, which often is a secret
	}
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the answer was %s", answer.Status)
	}
	return nil
}

func sign(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// client follows no redirect, and looks at the address that it really connects
// to: a name may lead elsewhere the second time that it is asked.
func (h *Hook) client() *http.Client {
	dialer := &net.Dialer{Timeout: hookTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		addr, err := netip.ParseAddr(host)
		if err != nil {
			return err
		}
		addr = addr.Unmap()
		if !h.Private && (!addr.IsGlobalUnicast() || addr.IsPrivate() || carrier.Contains(addr)) {
			return fmt.Errorf("%s: %w", addr, ErrPrivate)
		}
		return nil
	}}
	return &http.Client{Timeout: hookTimeout, Transport: &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: hookTimeout},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// carrier is shared address space, RFC 6598.
var carrier = netip.MustParsePrefix("100.64.0.0/10")
