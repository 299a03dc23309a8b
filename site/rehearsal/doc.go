// Package rehearsal reads what a runbook tells people to do, so that it can be done
// before somebody has to. An entry is a heading with blocks of commands below it, in
// the order in which somebody at night would paste them:
//
//	### The disk is full
//
//	```sh rehearse=confirm cause=full-disk
//	df -h /data                 # exit 0, says "100%", within 10s
//	```
//
//	```sh rehearse=mitigate
//	make -C /srv prune          # exit 0; it takes a while
//	```
//
//	```sh rehearse=done
//	curl -sf localhost/ready    # exit 0, within 1m
//	```
//
// Each line is a command, and the comment behind it is what it must do: a reader sees
// the same words as the rehearsal. Hosts of code show such a block as shell.
//
// The package knows neither shells nor services. Whoever carries out the entries says
// what a cause is and how it is brought about.
package rehearsal
