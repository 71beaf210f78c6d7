package ogc

// scheme is the name of the one way to say who asks.
const scheme = "key"

func securitySchemes() map[string]any {
	return map[string]any{scheme: object{
		"type": "http", "scheme": "bearer",
		"description": "A key as «xiangtu key create» prints it, or a token of the OpenID Connect issuer that the server takes.",
	}}
}

// mayIdentify is of what everybody reads, unless a layer is not published.
func mayIdentify() []object { return []object{{}, {scheme: []string{}}} }

// mustIdentify is of what changes the map.
func mustIdentify() []object { return []object{{scheme: []string{}}} }
