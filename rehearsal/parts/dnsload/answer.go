package main

import (
	"flag"
	"fmt"
	"time"

	"github.com/miekg/dns"
)

// answer gives every A query one record, over UDP and TCP, after a while.
func answer(arguments []string) error {
	flags := flag.NewFlagSet("answer", flag.ExitOnError)
	address := flags.String("address", "", "where to listen, on port 53")
	record := flags.String("record", "10.1.2.4", "the A record")
	after := flags.Duration("after", 300*time.Millisecond, "how late")
	flags.Parse(arguments)
	handler := dns.HandlerFunc(func(writer dns.ResponseWriter, query *dns.Msg) {
		time.Sleep(*after)
		reply := new(dns.Msg).SetReply(query)
		if query.Question[0].Qtype == dns.TypeA {
			one, err := dns.NewRR(fmt.Sprintf("%s 5 IN A %s", query.Question[0].Name, *record))
			if err == nil {
				reply.Answer = append(reply.Answer, one)
			}
		}
		writer.WriteMsg(reply)
	})
	failed := make(chan error)
	for _, protocol := range []string{"udp", "tcp"} {
		server := &dns.Server{Addr: *address + ":53", Net: protocol, Handler: handler, MaxTCPQueries: -1}
		go func() { failed <- server.ListenAndServe() }()
	}
	return <-failed
}
