package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/storage"
)

func newRecoverCommand() *cobra.Command {
	var data, logStore, address string
	var lost []string
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Make one survivor a cluster, when a majority is gone for good",
		Long: `When a majority of the members has lost its disks, the others stand still: nobody
can know what the lost ones had acknowledged. If they will not come back, a person
may decide to go on with what one survivor holds. The survivor must not run.

Without --lost nothing is changed: the command tells what the folder holds. With
--lost it makes the folder a cluster of one member under a new name. Messages that
only the lost members had are gone then, acknowledged or not; messages that were
never acknowledged may appear. Choose the survivor whose logs end last.

Afterwards start the node as before, with itself as its only peer, and let others
join with --join and empty folders. A folder of the old cluster is refused.`,
		Example: `  lockstep recover --data /var/lib/lockstep/n1
  lockstep recover --data /var/lib/lockstep/n1 --lost n2,n3`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if data == "" {
				return usageError{"--data is missing", "lockstep recover --help"}
			}
			if !slices.Contains(storage.LogStores, storage.LogStore(logStore)) {
				return usageError{fmt.Sprintf("--log-store: there is no %q; there are %v", logStore, storage.LogStores), "lockstep recover --help"}
			}
			if _, err := os.Stat(filepath.Join(data, "stable.db")); err != nil {
				return fmt.Errorf("recover: %s is no data folder of a node: %w", data, err)
			}
			s, err := replica.OpenSurvivor(storage.DiskStores(data, storage.LogStore(logStore), slog.New(slog.DiscardHandler)))
			if err != nil {
				return fmt.Errorf("recover: %w", err)
			}
			defer s.Close()
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%s is the folder of node %s, of a cluster with %s.\n", data, s.Node, strings.Join(append([]string{s.Node}, s.Others...), ", "))
			for shard, messages := range s.Messages {
				fmt.Fprintf(out, "shard %d: %d messages; its log ends at entry %d\n", shard, messages, s.Ends[shard])
			}
			address = cmp.Or(address, s.Address)
			switch _, _, err := net.SplitHostPort(address); {
			case len(s.Others) == 0:
				fmt.Fprintf(out, "Nothing was changed: it is a cluster of its own. Start %s with itself as its only peer.\n", s.Node)
				return nil
			case err != nil && len(lost) > 0:
				return usageError{"--raft: the HOST:PORT is missing at which this node listens for others", "lockstep recover --help"}
			case len(lost) == 0:
				fmt.Fprintf(out, "Nothing was changed. To go on with this and give up what only the others had, add --lost %s\n", strings.Join(s.Others, ","))
				return nil
			}
			if err := s.Recover(address, lost); err != nil {
				return fmt.Errorf("recover: %w", err)
			}
			fmt.Fprintf(out, "It is a cluster of its own now, by the name %s. Start %s with itself as its only peer.\n", s.Cluster[:8], s.Node)
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data folder of the survivor")
	cmd.Flags().StringSliceVar(&lost, "lost", nil, "every other member, with commas: what only they had is given up")
	cmd.Flags().StringVar(&address, "raft", "", "HOST:PORT at which the survivor listens for other nodes (default: as before)")
	cmd.Flags().StringVar(&logStore, "log-store", string(storage.WAL), "what keeps the log on disk: bolt or wal")
	return cmd
}
