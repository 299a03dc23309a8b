// Package hosts makes machines on one wire for tests that need more than processes: each
// is a network namespace of Linux with an interface and an address of its own, whose
// cable can be pulled. They share files, processes and clock with the machine of the
// test. It needs root and the program ip; where these are missing, the test is left out.
package hosts
