package transport_test

var streamed = []exchange{
	{name: "a query by POST", header: []string{"Content-Type: application/json", "Accept: text/event-stream"}, body: queryBody(`{ echo(text: "hi") }`)},
	{name: "a query by GET", method: "GET", target: query(`{ echo(text: "hi") }`), header: []string{"Accept: text/event-stream"}},
	{name: "a mutation by GET", method: "GET", target: query(`mutation { add(amount: 1) }`), header: []string{"Accept: text/event-stream"}},
	{name: "a query that does not suit the schema", header: []string{"Content-Type: application/json", "Accept: text/event-stream"}, body: queryBody(`{ nothing }`)},
	{name: "an array", header: []string{"Content-Type: application/json", "Accept: text/event-stream"}, body: `[` + queryBody(`{ __typename }`) + `]`},
	{name: "no JSON", header: []string{"Content-Type: application/json", "Accept: text/event-stream"}, body: `hello`},
	{name: "a subscription as plain JSON", body: queryBody(`subscription { tick }`)},
}
