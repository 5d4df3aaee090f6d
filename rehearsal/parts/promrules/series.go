package main

import (
	"bufio"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// value is a sample of a series, at a time in milliseconds.
type value struct {
	at int64
	is float64
}

func (v value) T() int64                    { return v.at }
func (v value) F() float64                  { return v.is }
func (value) H() *histogram.Histogram       { return nil }
func (value) FH() *histogram.FloatHistogram { return nil }
func (value) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (v value) Copy() chunks.Sample         { return v }

// read returns the series, one a line, each value a step after the last one, and the number of steps that all have.
func read(from io.Reader) (storage.Queryable, int, error) {
	var all []storage.Series
	steps := -1
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		named, values, err := parser.ParseSeriesDesc(lines.Text())
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", lines.Text(), err)
		}
		var samples []chunks.Sample
		for i, each := range values {
			if !each.Omitted {
				samples = append(samples, value{int64(i) * step.Milliseconds(), each.Value})
			}
		}
		if steps < 0 || len(values) <= steps {
			steps = len(values) - 1
		}
		all = append(all, storage.NewListSeries(named, samples))
	}
	sort.Slice(all, func(i, j int) bool { return labels.Compare(all[i].Labels(), all[j].Labels()) < 0 })
	choose := func(_ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
		var chosen []storage.Series
		for _, each := range all {
			if matches(each.Labels(), matchers) {
				chosen = append(chosen, each)
			}
		}
		return &set{all: chosen}
	}
	return &storage.MockQueryable{MockQuerier: &storage.MockQuerier{SelectMockFunction: choose}}, steps, lines.Err()
}

// set gives series one after the other, as a storage does.
type set struct {
	all  []storage.Series
	next int
}

func (s *set) Next() bool                      { s.next++; return s.next <= len(s.all) }
func (s *set) At() storage.Series              { return s.all[s.next-1] }
func (*set) Err() error                        { return nil }
func (*set) Warnings() annotations.Annotations { return nil }

func matches(of labels.Labels, matchers []*labels.Matcher) bool {
	for _, matcher := range matchers {
		if !matcher.Matches(of.Get(matcher.Name)) {
			return false
		}
	}
	return true
}
