package transport

import (
	"net/http"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The codes that this package writes into `extensions.code`. Errors of
// resolvers carry the codes that Config.ErrorPresenter gives them.
const (
	// CodeBadRequest: the request is not GraphQL over HTTP; HTTP status 400.
	CodeBadRequest = "BAD_REQUEST"
	// CodeMethodNotAllowed: a method other than GET, HEAD, POST and OPTIONS, or
	// a mutation by GET; HTTP status 405.
	CodeMethodNotAllowed = "METHOD_NOT_ALLOWED"
	// CodeNotAcceptable: Accept names nothing that is spoken here; HTTP status 406.
	CodeNotAcceptable = "NOT_ACCEPTABLE"
	// CodeUnsupportedMediaType: the body is not JSON in UTF-8; HTTP status 415.
	CodeUnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
	// CodeBodyTooLarge: the body exceeds Config.MaxBodyBytes; HTTP status 413.
	CodeBodyTooLarge = "BODY_TOO_LARGE"
	// CodeBatchTooLarge: the array exceeds Config.MaxBatch; HTTP status 400.
	CodeBatchTooLarge = "BATCH_TOO_LARGE"

	// CodeUnauthenticated: a credential is not good, or one is needed; HTTP status 401.
	CodeUnauthenticated = "UNAUTHENTICATED"
	// CodeForbidden: the caller may not do this; HTTP status 403.
	CodeForbidden = "FORBIDDEN"
	// CodeTooManyOperations: a WebSocket has as many operations under way as it may.
	CodeTooManyOperations = "TOO_MANY_OPERATIONS"

	// CodeParseFailed: the document is not GraphQL.
	CodeParseFailed = errcode.ParseFailed
	// CodeValidationFailed: the document does not suit the schema.
	CodeValidationFailed = errcode.ValidationFailed
	// CodeOperationNotFound: operationName names no operation of the document.
	CodeOperationNotFound = "OPERATION_NOT_FOUND"
	// CodeBadUserInput: a variable or an argument has a value that its type does not take.
	CodeBadUserInput = "BAD_USER_INPUT"
	// CodeSubscriptionNotSupported: a subscription came by plain GET or POST.
	CodeSubscriptionNotSupported = "SUBSCRIPTION_NOT_SUPPORTED"
	// CodeIntrospectionDisabled: Config.DisableIntrospection is set.
	CodeIntrospectionDisabled = "INTROSPECTION_DISABLED"

	// CodePersistedQueryNotFound: the hash is not known; send the query along.
	CodePersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND"
	// CodePersistedQueryMismatch: the hash is not that of the query.
	CodePersistedQueryMismatch = "PERSISTED_QUERY_MISMATCH"

	// CodeTokenLimitExceeded: the document exceeds Config.MaxTokens.
	CodeTokenLimitExceeded = "TOKEN_LIMIT_EXCEEDED"
	// CodeDepthLimitExceeded: the document exceeds Config.MaxDepth.
	CodeDepthLimitExceeded = "DEPTH_LIMIT_EXCEEDED"
	// CodeSelectionLimitExceeded: the document exceeds Config.MaxSelections.
	CodeSelectionLimitExceeded = "SELECTION_LIMIT_EXCEEDED"
	// CodeComplexityLimitExceeded: the operation exceeds Config.MaxComplexity.
	CodeComplexityLimitExceeded = "COMPLEXITY_LIMIT_EXCEEDED"
	// CodeResponseTooLarge: the answer exceeds Config.MaxResponseBytes.
	CodeResponseTooLarge = "RESPONSE_TOO_LARGE"
	// CodeOperationTimeout: the operation took longer than Config.OperationTimeout.
	CodeOperationTimeout = "OPERATION_TIMEOUT"
	// CodeOperationCancelled: the caller went away, or the server is stopping.
	CodeOperationCancelled = "OPERATION_CANCELLED"

	// CodeInternal: a fault of the server, logged under the request id that the message names.
	CodeInternal = "INTERNAL_SERVER_ERROR"
)

// refuse is an error that tells the caller what was wrong and what to do.
func refuse(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// exceed is a refusal over a limit: machines read the two numbers beside the code.
func exceed(code, message string, limit, actual int64) *gqlerror.Error {
	err := refuse(code, message)
	err.Extensions["limit"] = limit
	err.Extensions["actual"] = actual
	return err
}

// codeOf is the error's code; empty when it has none.
func codeOf(err *gqlerror.Error) string {
	code, _ := err.Extensions["code"].(string)
	return code
}

// statusOf is the HTTP status of an answer that has no data, as GraphQL over
// HTTP asks: what is wrong with the request as HTTP shows in either media type;
// what is wrong with the operation shows in the newer one only.
func statusOf(code string, media mediaType) int {
	switch code {
	case CodeBadRequest, CodeBatchTooLarge:
		return http.StatusBadRequest
	case CodeMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case CodeNotAcceptable:
		return http.StatusNotAcceptable
	case CodeUnsupportedMediaType:
		return http.StatusUnsupportedMediaType
	case CodeBodyTooLarge:
		return http.StatusRequestEntityTooLarge
	case CodeUnauthenticated:
		return http.StatusUnauthorized
	case CodeInternal:
		return http.StatusInternalServerError
	}
	if media == mediaJSON {
		return http.StatusOK
	}
	switch code {
	case CodeForbidden:
		return http.StatusForbidden
	case CodeOperationCancelled:
		return http.StatusServiceUnavailable
	case CodeOperationTimeout:
		return http.StatusGatewayTimeout
	}
	return http.StatusBadRequest
}
