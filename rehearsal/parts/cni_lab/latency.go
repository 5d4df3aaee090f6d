package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

const sysctl = "/proc/sys/net/ipv4/tcp_early_demux"

// Trial says what to measure: pairs of blocks, one with tcp_early_demux 1 and one with 0, in drawn order. The setting is
// always this namespace's, which stands for the node.
type Trial struct {
	Address    [4]byte `json:"address"` // where the server listens
	Port       int     `json:"port"`
	Client     string  `json:"client"` // path of the client's network namespace; empty: this one
	Server     string  `json:"server"` // path of the server's
	Pairs      int     `json:"pairs"`
	Connects   int     `json:"connects"`    // in each block
	RoundTrips int     `json:"round_trips"` // in each block
	Seed       uint64  `json:"seed"`        // of the order
}

// Block is what one block gave: mean nanoseconds.
type Block struct {
	Pair       int     `json:"pair"`
	EarlyDemux int     `json:"early_demux"`
	Connect    float64 `json:"connect_ns"`    // connect until accepted
	RoundTrip  float64 `json:"round_trip_ns"` // one byte there and one back, on an open connection
}

// latency holds both ends in one thread on one CPU: what is measured is the kernel's path, not its scheduler.
func latency() error {
	var trial Trial
	if err := read(&trial); err != nil {
		return err
	}
	runtime.LockOSThread()
	debug.SetGCPercent(-1)
	if err := pin(); err != nil {
		return err
	}
	control, err := os.OpenFile(sysctl, os.O_WRONLY, 0) // of this namespace, also after the excursion to the server's
	if err != nil {
		return err
	}
	server, err := trial.listen()
	if err != nil {
		return err
	}
	if trial.Client != "" {
		if err := enter(trial.Client); err != nil {
			return err
		}
	}
	out, order := json.NewEncoder(os.Stdout), rand.New(rand.NewPCG(trial.Seed, 0))
	for pair := range trial.Pairs {
		first := order.IntN(2)
		for _, setting := range []int{first, 1 - first} {
			if _, err := fmt.Fprint(control, setting); err != nil {
				return fmt.Errorf("%s: %w", sysctl, err)
			}
			block := Block{Pair: pair, EarlyDemux: setting}
			if block.Connect, err = trial.connects(server); err != nil {
				return err
			}
			if block.RoundTrip, err = trial.roundTrips(server); err != nil {
				return err
			}
			if err := out.Encode(block); err != nil {
				return err
			}
		}
	}
	return nil
}

// pin keeps the thread on the last CPU that it may use; the first one serves most interrupts.
func pin() error {
	var may, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		return fmt.Errorf("sched_getaffinity: %w", err)
	}
	for cpu := range len(may) * 64 {
		if may.IsSet(cpu) {
			one.Zero()
			one.Set(cpu)
		}
	}
	return unix.SchedSetaffinity(0, &one)
}

// listen opens the server's socket in its own namespace and comes back.
func (t Trial) listen() (int, error) {
	home, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("own namespace: %w", err)
	}
	defer unix.Close(home)
	if err := enter(t.Server); err != nil {
		return 0, err
	}
	server, err := socket()
	if err == nil {
		err = unix.Bind(server, &unix.SockaddrInet4{Port: t.Port, Addr: t.Address})
	}
	if err == nil {
		err = unix.Listen(server, 64)
	}
	if err != nil {
		return 0, fmt.Errorf("listen on port %d: %w", t.Port, err)
	}
	return server, unix.Setns(home, unix.CLONE_NEWNET)
}

// enter moves this thread to another network namespace; sockets stay in the one they were made in.
func enter(path string) error {
	there, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("namespace %s: %w", path, err)
	}
	defer unix.Close(there)
	if err := unix.Setns(there, unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("setns %s: %w", path, err)
	}
	return nil
}
