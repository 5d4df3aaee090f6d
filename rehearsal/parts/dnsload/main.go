// Command dnsload asks a DNS server at a bounded rate and counts what is lost, or answers late.
//
//	dnsload ask -server ADDRESS -name NAME [-kind A] [-names N | -unique] [-over udp|tcp|lasting] [-rate N] -seconds S
//	dnsload answer -address ADDRESS -record ADDRESS -after DURATION
//
// ask sends each query once, without a second try: over udp and tcp from a socket of its own, over lasting from one of
// -connections lasting TCP connections. At rate 0 that many workers, each with one UDP socket, ask as fast as they are
// answered. It prints one line of JSON: {"sent", "lost", "errors", "longest_gap_s", "qps", "p50_ms", "p99_ms"}; lost is
// every query without an answer of at least one record. An interrupt ends ask early; answer runs until it is ended.
package main

import (
	"fmt"
	"os"
)

func main() {
	run := map[string]func([]string) error{"ask": ask, "answer": answer}
	if len(os.Args) < 2 || run[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: dnsload ask|answer -help")
		os.Exit(2)
	}
	if err := run[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
