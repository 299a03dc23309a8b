package node

import (
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/member"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
)

// What the methods of a node speak of, for those who know nothing below it.
type (
	Peer        = roster.Peer
	Member      = member.Member
	Error       = outcome.Error
	Level       = replica.Level
	ReadRequest = replica.ReadRequest
	ShardStatus = replica.Status
)

const (
	Fail         = outcome.Fail
	Unknown      = outcome.Unknown
	ReasonForked = outcome.ReasonForked

	Linearizable = replica.Linearizable
	Leader       = replica.Leader
	Session      = replica.Session
	Local        = replica.Local
)

var (
	ErrIdentity = folder.ErrIdentity
	ErrNoMember = member.ErrNoMember
	ErrRemoved  = member.ErrRemoved
)
