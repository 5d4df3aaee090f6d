package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
)

const step = 30 * time.Second // between two samples, and between two evaluations

// told is an alert that fires: its name, its labels and, in seconds from the first sample on, since when.
type told struct {
	Alert  string            `json:"alert"`
	Labels map[string]string `json:"labels"`
	Since  int64             `json:"since"`
	Until  int64             `json:"until"`
}

// firing evaluates every alert at every step, as Prometheus does: one fires when its expression has had a value for as
// long as `for` says, and ends at the first step without. It prints a line of JSON for each time that one fires.
func firing(files []string, from io.Reader, to io.Writer) error {
	series, steps, err := read(from)
	if err != nil {
		return err
	}
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e8, Timeout: time.Minute})
	printed := json.NewEncoder(to)
	for _, file := range files {
		groups, failed := rulefmt.ParseFile(file, false, model.UTF8Validation)
		if len(failed) > 0 {
			return errors.Join(failed...)
		}
		for _, group := range groups.Groups {
			for _, rule := range group.Rules {
				found, err := over(engine, series, steps, rule)
				if err != nil {
					return fmt.Errorf("%s: %w", rule.Alert, err)
				}
				for _, one := range found {
					printed.Encode(one)
				}
			}
		}
	}
	return nil
}

func over(engine *promql.Engine, series storage.Queryable, steps int, rule rulefmt.Rule) ([]told, error) {
	var found []told
	active, current := map[string]int{}, map[string]int{} // since which step; place in `found`
	for now := 0; now <= steps; now++ {
		query, err := engine.NewInstantQuery(context.Background(), series, nil, rule.Expr, time.UnixMilli(int64(now)*step.Milliseconds()))
		if err != nil {
			return nil, err
		}
		result, err := query.Exec(context.Background()).Vector()
		if err != nil {
			return nil, err
		}
		held := map[string]bool{}
		for _, sample := range result {
			key := sample.Metric.String()
			held[key] = true
			if _, known := active[key]; !known {
				active[key] = now
			}
			if time.Duration(now-active[key])*step < time.Duration(rule.For) {
				continue
			}
			if _, known := current[key]; !known {
				current[key] = len(found)
				found = append(found, told{Alert: rule.Alert, Labels: sample.Metric.Map(), Since: int64(now) * int64(step.Seconds())})
			}
			found[current[key]].Until = int64(now) * int64(step.Seconds())
		}
		for key := range active {
			if !held[key] {
				delete(active, key)
				delete(current, key)
			}
		}
		query.Close()
	}
	return found, nil
}
