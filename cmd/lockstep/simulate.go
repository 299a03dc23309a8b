package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site/build"
	"lockstep/site/model/simulate"
)

func newSimulateCommand() *cobra.Command {
	var dir string
	var seed uint64
	var trials int
	var dirty bool
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Play skewed rooms, a lost zone and a reconnect storm",
		Long: `Plays what formulas over means cannot say, with the inputs of the model: rooms by
Zipf's law on slots and shards, with and without the admission limit; replicas on
machines before and after a zone is lost; sockets that come back all at once.
Writes content/evidence/skew.json, from which the design takes its figures. A seed
and a model give the same file again.

The evidence names a commit, so the program must have been built from one without
changes; --dirty writes it nevertheless, and says so in it.`,
		Example: "  lockstep simulate\n  lockstep simulate --trials 5 --dirty",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if trials < 1 || trials > 1000 {
				return usageError{fmt.Sprintf("--trials %d: choose 1 to 1000", trials), "lockstep simulate --help"}
			}
			if c := commit(); !dirty && (c == "unknown" || strings.HasSuffix(c, "-dirty")) {
				return usageError{"this program was not built from a commit without changes, so nobody could repeat what it writes", "commit, make build, bin/lockstep simulate; or --dirty"}
			}
			b, err := build.Open(dir, build.Options{Lab: playable()})
			if err != nil {
				return err
			}
			tree, err := b.Load()
			if err != nil {
				return err
			}
			began := time.Now()
			bar := newProgress(cmd.ErrOrStderr())
			e, err := simulateAll(tree.Model().Number, seed, trials, func(done, of int) { bar.show("skew", done, of) })
			bar.clear()
			if err != nil {
				return err
			}
			e.origin = originOf("skew", seed, began)
			evidence := filepath.Join(dir, "content", "evidence")
			if err := os.MkdirAll(evidence, 0o755); err != nil {
				return fmt.Errorf("simulate: %w", err)
			}
			path := filepath.Join(evidence, "skew.json")
			if err := writeJSON(path, e); err != nil {
				return err
			}
			e.print(cmd.OutOrStdout())
			fmt.Fprintf(cmd.OutOrStdout(), "written to %s\n", path)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "where chance begins")
	cmd.Flags().IntVar(&trials, "trials", 40, "hashes to try for each number of shards")
	cmd.Flags().BoolVar(&dirty, "dirty", false, "write what a program makes that no commit describes")
	return cmd
}

// skewEvidence is what the simulations leave for the site. Ratios are of the largest
// shard against the mean of all.
type skewEvidence struct {
	origin
	Trials int                   `json:"trials"`
	Inputs map[string]float64    `json:"inputs"` // in base units, by name in the model
	Rooms  map[string]*roomsSkew `json:"rooms"`  // by exponent: "even", "z65", "z80", "z100"
	// Placement is with rooms by the exponent 0.8 and the limit, on the first hash.
	Placement struct {
		ByNumber percentFill `json:"by_number"`
		ByLoad   percentFill `json:"by_load"`
	} `json:"placement"`
	Storm struct {
		Hammering simulate.Calm `json:"at_once"`
		Backoff   simulate.Calm `json:"backoff"`
		Spread    simulate.Calm `json:"spread"`
	} `json:"storm"`
}

type roomsSkew struct {
	Exponent float64                    `json:"exponent"`
	Hottest  float64                    `json:"hottest_per_s"`
	Limited  int                        `json:"limited_rooms"`
	Refused  percent                    `json:"refused"`
	Free     map[string]simulate.Spread `json:"free"`    // by number of shards: "s256"
	Capped   map[string]simulate.Spread `json:"limited"` // the same with the admission limit
}

// percent is a share as evidence writes it.
type percent struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

func percentOf(share float64) percent { return percent{100 * share, "%"} }

type percentFill struct {
	Before         percent `json:"before"`
	After          percent `json:"after"`
	ReplicasBefore int     `json:"replicas_before"`
	ReplicasAfter  int     `json:"replicas_after"`
}

var (
	skewExponents = []struct {
		name     string
		exponent float64
	}{{"even", 0}, {"z65", 0.65}, {"z80", 0.8}, {"z100", 1}}
	skewShards = []int{10, 100, 256, 1000, 4000, 10_000}
)

// simulateAll takes its inputs from a model that has the names of ours; number
// gives a value in base units.
func simulateAll(number func(dest string) (float64, string, error), seed uint64, trials int, progress func(done, of int)) (*skewEvidence, error) {
	e := &skewEvidence{Trials: trials, Inputs: map[string]float64{}, Rooms: map[string]*roomsSkew{}}
	var missing []error
	input := func(name string) float64 {
		v, _, err := number("model:" + name)
		if err != nil {
			missing = append(missing, err)
		}
		e.Inputs[name] = v
		return v
	}
	rooms := simulate.Rooms{Count: input("conversations.active"), Rate: input("sends.peak")}
	limit, slots, shards := input("admission.limit"), int(input("slots.count")), int(input("shards.count"))
	zones, nodes := int(input("zones.count")), int(input("sequencers.nodes"))
	fleet := simulate.Fleet{Zones: zones, PerZone: nodes / max(zones, 1), Replicas: int(input("sequencers.replicas_per_node")), Rate: input("sequencer.rate")}
	storm := simulate.Storm{Sockets: input("connections.concurrent") / max(float64(zones), 1), Gateways: input("gateways.count") * (1 - 1/max(float64(zones), 1)), Tokens: input("reconnect.rate")}
	window := int(input("reconnect.window"))
	if len(missing) > 0 {
		return nil, fmt.Errorf("simulate: %w", errors.Join(missing...))
	}
	for i, z := range skewExponents {
		rooms.Exponent, rooms.Limit = z.exponent, limit
		skew := &roomsSkew{Exponent: z.exponent, Hottest: rooms.Hot(), Free: map[string]simulate.Spread{}, Capped: map[string]simulate.Spread{}}
		share, limited := rooms.Refused()
		skew.Refused, skew.Limited = percentOf(share), limited
		for j, n := range skewShards {
			progress(i*len(skewShards)+j, len(skewExponents)*len(skewShards))
			// A shard needs slots, so that many shards need more of them than there are.
			of := max(slots, 16*n)
			name := fmt.Sprintf("s%d", n)
			rooms.Limit = 0
			skew.Free[name] = rooms.Spread(of, n, trials, seed)
			rooms.Limit = limit
			skew.Capped[name] = rooms.Spread(of, n, trials, seed)
		}
		e.Rooms[z.name] = skew
	}
	rooms.Exponent, rooms.Limit = 0.8, limit
	loads := rooms.Loads(slots, shards, seed)
	for _, p := range []struct {
		byLoad bool
		into   *percentFill
	}{{false, &e.Placement.ByNumber}, {true, &e.Placement.ByLoad}} {
		fill, err := fleet.Lose(loads, p.byLoad, seed)
		if err != nil {
			return nil, err
		}
		*p.into = percentFill{percentOf(fill.Before), percentOf(fill.After), fill.ReplicasBefore, fill.ReplicasAfter}
	}
	e.Storm.Hammering = storm.Play()
	storm.Backoff = true
	e.Storm.Backoff = storm.Play()
	storm.Spread = window
	e.Storm.Spread = storm.Play()
	return e, nil
}

func (e *skewEvidence) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "largest shard against the mean, without and with the limit\t")
	for _, z := range skewExponents {
		skew := e.Rooms[z.name]
		fmt.Fprintf(w, "exponent %v, hottest room %.0f/s", z.exponent, skew.Hottest)
		for _, n := range skewShards {
			name := fmt.Sprintf("s%d", n)
			fmt.Fprintf(w, "\t%d: %.2f, %.2f", n, skew.Free[name].Median, skew.Capped[name].Median)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	for name, p := range map[string]percentFill{"number": e.Placement.ByNumber, "load": e.Placement.ByLoad} {
		fmt.Fprintf(out, "fullest machine, placed by %s: %.0f %%, with a zone lost %.0f %%\n", name, p.Before.Value, p.After.Value)
	}
	fmt.Fprintf(out, "attempts for each socket after a lost zone: %.1f at once, %.1f with back-off, %.2f spread\n", e.Storm.Hammering.Attempts, e.Storm.Backoff.Attempts, e.Storm.Spread.Attempts)
}
