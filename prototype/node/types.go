package node

import (
	"lockstep/prototype/api"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/member"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/roster"
)

// What the methods of a node speak of, for those who know nothing below it.
type (
	Peer        = roster.Peer
	Member      = member.Member
	Error       = outcome.Error
	Level       = api.Level
	ReadRequest = api.ReadRequest
	Status      = api.Status
)

const (
	Fail         = api.Fail
	Unknown      = api.Unknown
	ReasonForked = outcome.ReasonForked

	Linearizable = api.LevelLinearizable
	Leader       = api.LevelLeader
	Session      = api.LevelSession
	Local        = api.LevelLocal
)

var (
	ErrIdentity = folder.ErrIdentity
	ErrRemoved  = member.ErrRemoved
)
