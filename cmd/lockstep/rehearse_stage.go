package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/site/rehearsal"
)

// stage is the service that a runbook is rehearsed at. Everything may be called again
// after stop.
type stage interface {
	start(context.Context) error
	// strike brings a cause about, and says where a person would act on it.
	strike(ctx context.Context, cause string) ([]place, error)
	// mend takes the cause away, as somebody else would, and starts what was ended. It may
	// be called where nothing is to be mended.
	mend(context.Context) error
	places() []place // all, and first the one where a person begins
	causes() []string
	shell() *pasting
	// stop ends everything; it waits as long as that takes.
	stop() error
}

// place is where commands are pasted: a node, or a service as a whole.
type place struct {
	name string
	env  []string // NAME=value
}

// sets says whether a command asks for something that differs from place to place.
func (p place) sets(c rehearsal.Command) bool {
	return slices.ContainsFunc(p.env, func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return c.Asks(name)
	})
}

// placeOf is a node of a cluster on this machine.
func placeOf(m cluster.Member) place {
	return place{name: m.ID, env: []string{"NODE=" + m.HTTP, fmt.Sprint("PID=", m.PID)}}
}

// leaderAmong asks every node whether it leads; "" if none says so.
func leaderAmong(ctx context.Context, members []cluster.Member) string {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for _, m := range members {
		if m.State != cluster.Running {
			continue
		}
		s, err := client.New(client.Config{Targets: client.Fixed("http://" + m.HTTP)}).Status(ctx)
		if err == nil && len(s.Shards) > 0 && s.Shards[0].Role == "leader" {
			return m.ID
		}
	}
	return ""
}

// servicePatience is how long a command of lockstep.yaml may take.
const servicePatience = 5 * time.Minute

// namedService is a service that the commands of a repository start and break.
type namedService struct {
	commands rehearsal.Commands
	at       pasting
	fixed    []string // what start has said of the service
	said     []string // what the present cause has said
	struck   string   // the cause that is to be mended
	started  bool
}

func newNamedService(dir string, commands rehearsal.Commands) *namedService {
	return &namedService{commands: commands, at: pasting{dir: dir, env: os.Environ()}}
}

func (s *namedService) shell() *pasting  { return &s.at }
func (s *namedService) causes() []string { return slices.Sorted(maps.Keys(s.commands.Causes)) }

func (s *namedService) places() []place {
	return []place{{env: slices.Concat(s.fixed, s.said)}}
}

func (s *namedService) start(ctx context.Context) (err error) {
	s.started = true
	s.fixed, err = s.do(ctx, "rehearse: start", s.commands.Start)
	return err
}

func (s *namedService) strike(ctx context.Context, cause string) (at []place, err error) {
	s.struck = cause
	s.said, err = s.do(ctx, "the strike of "+cause, s.commands.Causes[cause].Strike)
	return s.places(), err
}

func (s *namedService) mend(ctx context.Context) error {
	if s.struck == "" {
		return nil
	}
	_, err := s.do(ctx, "the mend of "+s.struck, s.commands.Causes[s.struck].Mend)
	if err == nil {
		s.struck = ""
	}
	return err
}

// stop mends first: what stays broken may outlive the service.
func (s *namedService) stop() error {
	ctx := context.Background() // an interrupt is why this is called
	mended := s.mend(ctx)
	var err error
	if s.started {
		_, err = s.do(ctx, "rehearse: stop", s.commands.Stop)
	}
	s.at.end()
	s.started, s.struck, s.fixed, s.said = false, "", nil, nil
	if err == nil {
		err = mended
	}
	return err
}

var setting = regexp.MustCompile(`(?m)^[A-Z][A-Z0-9_]*=.*$`)

// do runs a command of the configuration and gives what it has said for others.
func (s *namedService) do(ctx context.Context, what, command string) ([]string, error) {
	if command == "" {
		return nil, nil
	}
	r, err := s.at.run(ctx, "sh", command, slices.Concat(s.fixed, s.said), servicePatience)
	switch {
	case err != nil:
		return nil, err
	case r.late:
		return nil, fmt.Errorf("%s takes longer than %s: %s\n%s", what, servicePatience, command, ending(r.output))
	case r.code != 0:
		return nil, fmt.Errorf("%s ends with %d: %s\n%s", what, r.code, command, ending(r.output))
	}
	return setting.FindAllString(r.output, -1), nil
}
