package graph_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"xiangtu/internal/golden"
)

// moments differ from run to run.
var moments = regexp.MustCompile(`"updatedAt":"[^"]*"`)

// Every file testdata/answers/*.graphql is a question to the demonstration map, and the .json beside it is the answer.
func TestAnswers(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	questions, err := filepath.Glob("testdata/answers/*.graphql")
	if err != nil || len(questions) == 0 {
		t.Fatalf("no questions: %v", err)
	}
	for _, path := range questions {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".graphql"), func(t *testing.T) {
			query, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(c.ask(t, string(query), nil))
			if err != nil {
				t.Fatal(err)
			}
			text = moments.ReplaceAll(text, []byte(`"updatedAt":"…"`))
			var indented bytes.Buffer
			if err := json.Indent(&indented, text, "", " "); err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, strings.TrimSuffix(strings.TrimPrefix(path, "testdata/"), ".graphql")+".json", append(indented.Bytes(), '\n'))
		})
	}
}
