package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// connects gives the mean time from connect until the server has accepted.
func (t Trial) connects(server int) (float64, error) {
	var sum time.Duration
	for range t.Connects {
		client, err := socket()
		if err != nil {
			return 0, err
		}
		begin := time.Now()
		end, err := t.connect(client, server)
		sum += time.Since(begin)
		if err != nil {
			return 0, err
		}
		reset(client)
		unix.Close(end)
	}
	return float64(sum.Nanoseconds()) / float64(t.Connects), nil
}

// roundTrips gives the mean time of one byte there and one byte back.
func (t Trial) roundTrips(server int) (float64, error) {
	client, err := socket()
	if err != nil {
		return 0, err
	}
	defer reset(client)
	end, err := t.connect(client, server)
	if err != nil {
		return 0, err
	}
	defer unix.Close(end)
	if err := unix.SetsockoptInt(end, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return 0, err
	}
	letter := []byte{'x'}
	begin := time.Now()
	for range t.RoundTrips {
		for _, leg := range [2][2]int{{client, end}, {end, client}} {
			if _, err := unix.Write(leg[0], letter); err != nil {
				return 0, fmt.Errorf("write: %w", err)
			}
			if _, err := unix.Read(leg[1], letter); err != nil {
				return 0, fmt.Errorf("read: %w", err)
			}
		}
	}
	return float64(time.Since(begin).Nanoseconds()) / float64(t.RoundTrips), nil
}

func (t Trial) connect(client, server int) (int, error) {
	if err := unix.Connect(client, &unix.SockaddrInet4{Port: t.Port, Addr: t.Address}); err != nil {
		return 0, fmt.Errorf("connect: %w", err)
	}
	end, _, err := unix.Accept(server)
	if err != nil {
		return 0, fmt.Errorf("accept: %w", err)
	}
	return end, nil
}

// socket makes a TCP socket that sends small pieces at once.
func socket() (int, error) {
	made, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("socket: %w", err)
	}
	return made, unix.SetsockoptInt(made, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
}

// reset closes with RST: no port is left in TIME_WAIT, however many connections there were.
func reset(made int) {
	_ = unix.SetsockoptLinger(made, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	_ = unix.Close(made)
}
