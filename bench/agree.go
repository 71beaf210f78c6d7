package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// mostChecked bounds the answers of a workload that are compared.
const mostChecked = 400

// tally counts what was compared.
type tally struct{ rows, vertices int }

// agreement tells how much of a workload's answers was found alike.
type agreement struct {
	Workload, Contestant    string
	Answers, Rows, Vertices int
}

// agree compares the answers of Xiangtu with those of every other contestant.
func agree(ctx context.Context, workloads []workload) ([]agreement, error) {
	var all []agreement
	for _, w := range workloads {
		for _, other := range w.entries[1:] {
			a := agreement{Workload: w.name, Contestant: other.server.name}
			compare := w.alike
			if other.peer && len(other.requests) > 0 && other.requests[0].body != "" {
				compare = sameFeatures
			}
			for i, r := range w.entries[0].requests {
				if i == mostChecked {
					break
				}
				counted, err := agreeOn(ctx, compare, w.entries[0].server, r, other.server, other.requests[i])
				if err != nil {
					return nil, fmt.Errorf("%s, %s, request %d: %w", w.name, other.server.name, i+1, err)
				}
				a.Answers++
				a.Rows += counted.rows
				a.Vertices += counted.vertices
			}
			all = append(all, a)
		}
	}
	return all, nil
}

func agreeOn(ctx context.Context, compare alike, our *process, ours request, their *process, theirs request) (tally, error) {
	a, err := our.fetch(ctx, ours)
	if err != nil {
		return tally{}, err
	}
	b, err := their.fetch(ctx, theirs)
	if err != nil {
		return tally{}, err
	}
	return compare(a, b)
}

// sameBytes compares answers to the last byte.
func sameBytes(ours, theirs []byte) (tally, error) {
	if !bytes.Equal(ours, theirs) {
		return tally{}, fmt.Errorf("%.200q is not %.200q", ours, theirs)
	}
	if !json.Valid(ours) {
		return tally{}, nil
	}
	content, err := read(ours)
	return content.tally(), err
}

// sameFeatures compares the codes, the names and the coordinates of answers of different forms, in their order.
// Coordinates may differ by a rounding.
func sameFeatures(ours, theirs []byte) (tally, error) {
	const rounding = 1.1e-7
	a, err := read(ours)
	if err != nil {
		return tally{}, err
	}
	b, err := read(theirs)
	switch {
	case err != nil:
		return tally{}, err
	case len(a.texts) == 0:
		return tally{}, errors.New("there are no rows")
	case !slices.Equal(a.texts, b.texts):
		return tally{}, fmt.Errorf("the codes and names differ: %d and %d of them", len(a.texts), len(b.texts))
	case !slices.EqualFunc(a.numbers, b.numbers, func(x, y float64) bool { return math.Abs(x-y) < rounding }):
		return tally{}, fmt.Errorf("the coordinates differ: %d and %d of them", len(a.numbers), len(b.numbers))
	}
	return a.tally(), nil
}

// content is what JSON says of features.
type content struct {
	rows    int
	texts   []string  // codes and names
	numbers []float64 // coordinates
}

func (c *content) tally() tally { return tally{rows: c.rows, vertices: len(c.numbers) / 2} }

func read(text []byte) (*content, error) {
	var value any
	c := &content{}
	if err := json.Unmarshal(text, &value); err != nil {
		return c, err
	}
	c.add("", value)
	return c, nil
}

// add collects from a value below a key.
func (c *content) add(key string, value any) {
	switch v := value.(type) {
	case map[string]any:
		c.addObject(v)
	case []any:
		for _, item := range v {
			c.add(key, item)
		}
	case string:
		if key == "code" || key == "name" {
			c.texts = append(c.texts, v)
		}
	case float64:
		if key == "coordinates" {
			c.numbers = append(c.numbers, v)
		}
	}
}

// addObject goes through the members by their keys, but for lists of features, which come last whatever their name.
func (c *content) addObject(object map[string]any) {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	isList := func(key string) bool { _, is := object[key].(map[string]any); return is }
	slices.SortFunc(keys, func(a, b string) int {
		switch {
		case isList(a) && !isList(b):
			return 1
		case isList(b) && !isList(a):
			return -1
		}
		return bytes.Compare([]byte(a), []byte(b))
	})
	_, named := object["name"].(string)
	if _, collection := object["features"]; named && !collection {
		c.rows++
	}
	for _, key := range keys {
		c.add(key, object[key])
	}
}
