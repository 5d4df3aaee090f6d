package main

import (
	"slices"
	"time"
)

type reply struct {
	sent, done time.Duration // since the start
	failure    string        // empty: answered
}

// summary counts; a gap is the longest time without a good answer, from the start to the last query's end.
func summary(answers []reply, took time.Duration) map[string]any {
	failures := map[string]int{}
	lost := 0
	var waits, done []time.Duration
	end := time.Duration(0)
	for _, one := range answers {
		end = max(end, one.done)
		if one.failure != "" {
			failures[one.failure]++
			lost++
			continue
		}
		waits, done = append(waits, one.done-one.sent), append(done, one.done)
	}
	slices.Sort(waits)
	slices.Sort(done)
	gap, before := time.Duration(0), time.Duration(0)
	for _, at := range append(done, end) {
		gap, before = max(gap, at-before), at
	}
	milliseconds := func(share float64) float64 {
		if len(waits) == 0 {
			return 0
		}
		return float64(waits[int(share*float64(len(waits)-1))].Microseconds()) / 1000
	}
	return map[string]any{
		"sent": len(answers), "lost": lost, "errors": failures, "longest_gap_s": gap.Seconds(),
		"qps": float64(len(waits)) / took.Seconds(), "p50_ms": milliseconds(0.5), "p99_ms": milliseconds(0.99),
	}
}
