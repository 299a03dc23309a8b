package main

import "github.com/spf13/cobra"

// siteCommands are the verbs that read a source tree.
func siteCommands() []*cobra.Command {
	return []*cobra.Command{newServeCommand(), newBuildCommand(), newCheckCommand(), newMilestonesCommand(), newSLOCommand(), newRehearseCommand(), newDiffCommand(), newNewCommand(), newInitCommand(), newReviewCommand(), newSimulateCommand(), newLabCommand()}
}

// clusterCommands are the verbs that run a cluster or talk to one.
func clusterCommands() []*cobra.Command {
	return []*cobra.Command{newClusterCommand(), newNodeCommand(), newCertsCommand(), newTokenCommand(), newSendCommand(), newTailCommand(), newProbeCommand(), newStatusCommand(), newMembersCommand(), newLeaveCommand(), newDrainCommand(), newBackupCommand(), newRestoreCommand(), newRecoverCommand(), newTortureCommand(), newJudgeCommand(), newBenchCommand(), newMeasureCommand()}
}
