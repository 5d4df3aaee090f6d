package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

const most = 5_000_000 // queries of one run

type load struct {
	server, over string
	questions    [][]byte // packed; the id is written over
	timeout      time.Duration
	start        time.Time
	stop         chan os.Signal
}

// ask sends the queries and prints what came of them.
func ask(arguments []string) error {
	flags := flag.NewFlagSet("ask", flag.ExitOnError)
	server := flags.String("server", "", "address; port 53")
	name := flags.String("name", "", "what to ask")
	kind := flags.String("kind", "A", "type of record")
	names := flags.Int("names", 1, "how many names: n0.NAME and so on, in turns; 1: NAME itself")
	unique := flags.Bool("unique", false, "a new name with each query")
	over := flags.String("over", "udp", "udp, tcp or lasting")
	rate := flags.Int("rate", 100, "queries a second; 0: as fast as they are answered")
	connections := flags.Int("connections", 20, "lasting connections, or workers at rate 0")
	seconds := flags.Float64("seconds", 5, "how long")
	timeout := flags.Duration("timeout", 2*time.Second, "after which a query is lost")
	flags.Parse(arguments)
	count := int(float64(*rate) * *seconds)
	if *seconds > 600 || count > most || *connections > 1000 || *names < 1 || *names > most {
		return fmt.Errorf("a load must be at most 600 s, %d queries and 1000 connections", most)
	}
	if *unique {
		*names = max(count, 1)
		if *rate == 0 {
			*names = most / 10
		}
	}
	one := &load{server: *server + ":53", over: *over, timeout: *timeout, stop: make(chan os.Signal, 1)}
	signal.Notify(one.stop, os.Interrupt)
	for number := range *names {
		asked := *name
		if *names > 1 || *unique {
			asked = fmt.Sprintf("n%d.%s", number, *name)
		}
		packed, err := new(dns.Msg).SetQuestion(dns.Fqdn(asked), dns.StringToType[*kind]).Pack()
		if err != nil {
			return err
		}
		one.questions = append(one.questions, packed)
	}
	one.start = time.Now()
	var answers []reply
	if *rate == 0 {
		answers = one.fast(*connections, time.Duration(*seconds*float64(time.Second)))
	} else {
		answers = one.steady(count, *rate, *connections)
	}
	return json.NewEncoder(os.Stdout).Encode(summary(answers, time.Since(one.start)))
}

// steady sends at a fixed rate whatever comes back.
func (one *load) steady(count, rate, connections int) []reply {
	answers := make([]reply, count)
	var all sync.WaitGroup
	queues := make([]chan int, 0, connections)
	for range connections {
		if one.over == "lasting" {
			queue := make(chan int, count)
			queues = append(queues, queue)
			all.Go(func() { one.lasting(queue, answers) })
		}
	}
	for number := range count {
		due := time.Duration(number) * time.Second / time.Duration(rate)
		if wait := due - time.Since(one.start); wait > 200*time.Microsecond {
			time.Sleep(wait)
		}
		if len(one.stop) > 0 {
			answers = answers[:number]
			break
		}
		if len(queues) > 0 {
			queues[number%connections] <- number
			continue
		}
		all.Go(func() {
			sent := time.Since(one.start)
			connection, err := net.DialTimeout(one.over, one.server, one.timeout)
			if err == nil {
				err = one.exchange(connection, number, one.over == "tcp")
				connection.Close()
			}
			answers[number] = reply{sent, time.Since(one.start), failure(err)}
		})
	}
	for _, queue := range queues {
		close(queue)
	}
	all.Wait()
	return answers
}

// lasting asks over one TCP connection, and opens another one where it broke.
func (one *load) lasting(queue chan int, answers []reply) {
	var connection net.Conn
	for number := range queue {
		sent := time.Since(one.start)
		var err error
		if connection == nil {
			connection, err = net.DialTimeout("tcp", one.server, one.timeout)
		}
		if err == nil {
			err = one.exchange(connection, number, true)
		}
		if err != nil && connection != nil {
			connection.Close()
			connection = nil
		}
		answers[number] = reply{sent, time.Since(one.start), failure(err)}
	}
}

// fast lets each worker ask again as soon as it has its answer.
func (one *load) fast(workers int, span time.Duration) []reply {
	found := make([][]reply, workers)
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			connection, err := net.Dial("udp", one.server)
			for number := worker; err == nil && time.Since(one.start) < span && number < most; number += workers {
				sent := time.Since(one.start)
				outcome := failure(one.exchange(connection, number, false))
				found[worker] = append(found[worker], reply{sent, time.Since(one.start), outcome})
			}
			if err != nil {
				found[worker] = []reply{{0, 0, failure(err)}}
			}
		})
	}
	all.Wait()
	var answers []reply
	for _, some := range found {
		answers = append(answers, some...)
	}
	return answers
}

// exchange sends one query and waits for its answer, past answers that came too late for an earlier one.
func (one *load) exchange(connection net.Conn, number int, stream bool) error {
	connection.SetDeadline(time.Now().Add(one.timeout))
	packed := one.questions[number%len(one.questions)]
	query := make([]byte, 2+len(packed))
	copy(query[2:], packed)
	query[0], query[1] = byte(len(packed)>>8), byte(len(packed))
	query[2], query[3] = byte(number>>8), byte(number)
	if !stream {
		query = query[2:]
	}
	if _, err := connection.Write(query); err != nil {
		return err
	}
	answer := make([]byte, dns.MaxMsgSize)
	if !stream {
		answer = answer[:4096]
	}
	for {
		length, err := receive(connection, answer, stream)
		switch {
		case err != nil:
			return err
		case length < 12 || answer[0] != byte(number>>8) || answer[1] != byte(number):
			continue
		case answer[3]&15 != 0:
			return errors.New(dns.RcodeToString[int(answer[3]&15)])
		case answer[6] == 0 && answer[7] == 0:
			return errors.New("no record")
		}
		return nil
	}
}

func receive(connection net.Conn, answer []byte, stream bool) (int, error) {
	if !stream {
		return connection.Read(answer)
	}
	if _, err := io.ReadFull(connection, answer[:2]); err != nil {
		return 0, err
	}
	length := int(answer[0])<<8 | int(answer[1])
	return io.ReadFull(connection, answer[:length])
}

// failure names an error in a word; empty for none.
func failure(err error) string {
	var slow net.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, syscall.EPIPE):
		return "reset"
	case errors.As(err, &slow) && slow.Timeout():
		return "timeout"
	}
	return err.Error()
}
