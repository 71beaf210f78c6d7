package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"xiangtu/geo"
	"xiangtu/graph"
)

// Every field of every layer answers, relations too: one that names a relation which the domain does not have fails here.
func TestEveryFieldAnswers(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	schema := graph.NewSchema(&graph.Resolver{}).Schema()
	for _, layer := range geo.Layers() {
		definition := schema.Types[strings.ToUpper(layer.Singular[:1])+layer.Singular[1:]]
		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			selection := field.Name
			if schema.Types[field.Type.Name()].Kind == ast.Object {
				selection += " { __typename }"
				if strings.HasSuffix(field.Type.Name(), "Connection") {
					selection = field.Name + " { totalCount nodes { code } }"
				}
			}
			c.data(t, fmt.Sprintf("{ %s(first: 3) { nodes { %s } } }", layer.Name, selection), nil)
		}
	}
}
