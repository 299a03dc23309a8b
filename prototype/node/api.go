package node

import "lockstep/prototype/api"

// The words of the HTTP API are those of package api.
type (
	Outcome     = api.Outcome
	Level       = api.Level
	ReadRequest = api.ReadRequest
	Status      = api.Status
	ShardStatus = api.ShardStatus
	Lead        = api.Lead
)

const (
	Fail    = api.Fail
	Unknown = api.Unknown

	Linearizable = api.LevelLinearizable
	Leader       = api.LevelLeader
	Session      = api.LevelSession
	Local        = api.LevelLocal
)
