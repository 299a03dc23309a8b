//go:build !js

package httpapi

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// statuses is the one table from reasons to HTTP.
var statuses = map[outcome.Reason]struct {
	status int
	title  string
}{
	outcome.ReasonInvalid:     {http.StatusBadRequest, "The request makes no sense"},
	outcome.ReasonTooLarge:    {http.StatusRequestEntityTooLarge, "The request is too large"},
	outcome.ReasonAdmission:   {http.StatusTooManyRequests, "The conversation is over its limit"},
	outcome.ReasonForbidden:   {http.StatusForbidden, "The conversation has no room for another sender"},
	outcome.ReasonOrder:       {http.StatusConflict, "The session's order does not allow this message"},
	outcome.ReasonTooOld:      {http.StatusConflict, "The message was ordered too long ago"},
	outcome.ReasonExpired:     {http.StatusConflict, "The session has expired"},
	outcome.ReasonConflict:    {http.StatusConflict, "The id stands for another message"},
	outcome.ReasonForgotten:   {http.StatusConflict, "The id is too old to be judged"},
	outcome.ReasonFuture:      {http.StatusConflict, "The id is ahead of its time"},
	outcome.ReasonMemory:      {http.StatusServiceUnavailable, "The shard has no room for the id"},
	outcome.ReasonGone:        {http.StatusGone, "The messages are no longer retained"},
	outcome.ReasonNoLeader:    {http.StatusServiceUnavailable, "There is no leader at the moment"},
	outcome.ReasonOverloaded:  {http.StatusServiceUnavailable, "The shard has too much to do"},
	outcome.ReasonUnavailable: {http.StatusServiceUnavailable, "This replica cannot answer as asked"},
	outcome.ReasonForked:      {http.StatusServiceUnavailable, "The histories of this shard have forked"},
	outcome.ReasonSlowReader:  {http.StatusServiceUnavailable, "The answer is not read"},
	outcome.ReasonDiskFull:    {http.StatusServiceUnavailable, "The disk takes no more"},
	reasonUnauthorized:        {http.StatusUnauthorized, "Nobody knows who asks"},
	reasonQuotaNode:           {http.StatusInsufficientStorage, "The node has stored as much as it may"},
	reasonQuotaBegin:          {http.StatusForbidden, "The node holds as many conversations as it may"},
	reasonQuotaConversation:   {http.StatusInsufficientStorage, "The conversation is as long as it may become"},
	reasonQuotaClient:         {http.StatusTooManyRequests, "The client has used its quota"},
	reasonRole:                {http.StatusForbidden, "The token or the certificate is not for this"},
	outcome.ReasonTimeout:     {http.StatusGatewayTimeout, "No answer in time"},
}

func problemOf(err *outcome.Error, instance string) api.Problem {
	s, ok := statuses[err.Reason]
	if !ok {
		s.status, s.title = http.StatusInternalServerError, "Something is wrong with this node"
	}
	return api.Problem{Type: "urn:lockstep:" + string(err.Reason), Title: s.title, Status: s.status, Detail: err.Detail, Instance: instance, Outcome: err.Outcome, FirstSeq: err.FirstSeq, Seq: err.Seq, SHA256: err.Hash}
}

// fail answers with an error.
func fail(w http.ResponseWriter, r *http.Request, err *outcome.Error) {
	p := problemOf(err, r.URL.Path)
	if err.RetryAfter > 0 || p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter(err.RetryAfter))
	}
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p api.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

// retryAfter is in whole seconds, as the header wants it.
func retryAfter(d time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(d.Seconds()))))
}
