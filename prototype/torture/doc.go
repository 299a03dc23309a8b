// Package torture carries out a fault.Schedule on a cluster under load, and has
// what clients saw judged.
//
// A run is: a cluster, a seeded load, faults that begin and end when the schedule
// says, a quiet time, a last look into every replica, a verdict. The verdict is
//
//   - violated, if the history breaks a promise;
//   - unknown, if the history does not show enough, or if some fault had no
//     effect: a run in which nothing broke has not shown what happens when
//     something does;
//   - ok else.
//
// [Virtual] runs a schedule on nodes in memory in virtual time: the real nodes,
// the real consensus library and the real HTTP API, with a network, disks and a
// clock that are simulated. The same seed gives the same schedule and the same
// choices of the clients, but not the same interleaving of goroutines: a
// violation is therefore kept with its history, which is the proof, and its
// schedule is run again several times when it is shrunk.
//
// A [Campaign] is many drawn schedules. A run that proves nothing does not count
// towards its leader failures; it says how many there were.
//
// A [Campaign] of the family Disks takes from nodes what they had stored, a minority
// at a time. A node that refuses to start on what is left says what to do; that is
// done and counted.
//
// What is not simulated: memory that runs out, a disk that lies about a flush, a
// machine that computes wrongly.
package torture
