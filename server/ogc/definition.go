package ogc

// definition is the API definition in OpenAPI 3.0.3.
func (a *API) definition(r *request) (content, error) {
	document := object{
		"openapi": "3.0.3",
		"info":    object{"title": title, "version": a.Version},
		"servers": []object{{"url": r.api}},
		"paths":   object{},
		"components": object{"parameters": object{"limit": object{
			"name": "limit", "in": "query", "schema": object{"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit},
		}}},
	}
	return content{document: document, page: page{Template: "definition", Title: "API definition", TitleZh: "接口定义", Links: r.selfLinks(), Body: document}}, nil
}
