package graph

import (
	"context"
	"errors"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/graph/input"
	"xiangtu/graph/model"
)

// notWritten is the code of a change that is right, and not written because another of its operation is wrong.
const notWritten geo.Code = "NOT_WRITTEN"

// writes makes the changes of an operation in one transaction, before any of its fields is answered. So an answer says
// that something is written only when it is, nobody waits for a transaction whose answer is still being made, and an
// answer can be read by any connection.
type writes struct {
	resolver *Resolver
	fields   map[string]writing
}

// writing reads what a field of Mutation is to do.
type writing func(operation *graphql.OperationContext, field graphql.CollectedField, arguments map[string]any) (step, geo.Errors)

func newWrites(r *Resolver) writes {
	w := writes{resolver: r, fields: regridding()}
	for _, layer := range geo.Layers() {
		for _, operation := range []geo.Operation{geo.Create, geo.Update, geo.Delete, geo.Revert} {
			w.fields[string(operation)+typeName(layer)] = changing(layer, operation, layer.Singular)
		}
		plural := string(layer.Name)
		w.fields["upsert"+strings.ToUpper(plural[:1])+plural[1:]] = changing(layer, geo.Upsert, plural)
	}
	return w
}

// ExtensionName names the extension.
func (writes) ExtensionName() string { return "Writes" }

// Validate has nothing to check.
func (writes) Validate(graphql.ExecutableSchema) error { return nil }

// written is what the changes of an operation did, for the resolvers of its fields.
type written struct {
	results map[string]any        // by the alias of the field
	wrong   map[string]geo.Errors // by the alias of the field
	err     error                 // why none could be written, if it is not the fault of any
}

type writtenKey struct{}

// InterceptOperation makes the changes of a mutation.
func (w writes) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	if operation.Operation.Operation != ast.Mutation {
		return next(ctx)
	}
	plan := w.plan(operation)
	if len(plan.steps) == 0 {
		return next(ctx)
	}
	return next(context.WithValue(ctx, writtenKey{}, plan.run(ctx, w.resolver.Store)))
}

// plan is the changes of an operation.
type plan struct {
	steps  []step
	dryRun bool
	wrong  map[string]geo.Errors
}

// step is what one field changes.
type step struct {
	alias   string
	layers  []*geo.Layer // that it may change
	changes []geo.Change // of features, if that is all that it is
	write   func(context.Context, *postgis.Writer) (any, error)
}

// changing reads a field that changes features of a layer. feature is the member of its payload that has them.
func changing(layer *geo.Layer, does geo.Operation, feature string) writing {
	return func(operation *graphql.OperationContext, field graphql.CollectedField, arguments map[string]any) (step, geo.Errors) {
		changes, wrong := input.Changes(layer, does, arguments)
		fields := fieldsUnder(operation, field.Selections, layer, feature)
		for i := range changes {
			changes[i].Fields = fields
		}
		write := func(ctx context.Context, w *postgis.Writer) (any, error) { return w.Write(ctx, changes) }
		return step{layers: []*geo.Layer{layer}, changes: changes, write: write}, wrong
	}
}

// plan reads the changes of an operation.
func (w writes) plan(operation *graphql.OperationContext) plan {
	p := plan{wrong: make(map[string]geo.Errors)}
	for _, f := range graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{"Mutation"}) {
		read, ok := w.fields[f.Name]
		if !ok {
			continue
		}
		arguments := f.ArgumentMap(operation.Variables)
		does, wrong := read(operation, f, arguments)
		does.alias = f.Alias
		dryRun := arguments["dryRun"] == true
		if len(p.steps) > 0 && dryRun != p.dryRun {
			wrong = append(wrong, geo.Invalid("dryRun", "it is of the whole operation: give all fields the same"))
		}
		p.dryRun = dryRun
		p.steps = append(p.steps, does)
		if len(wrong) > 0 {
			p.wrong[f.Alias] = wrong
		}
	}
	return p
}

// run makes the changes, if none is wrong by itself.
func (p plan) run(ctx context.Context, store *postgis.Store) written {
	done := written{results: make(map[string]any), wrong: p.wrong}
	if len(p.wrong) > 0 {
		return done
	}
	var layers []*geo.Layer
	for _, s := range p.steps {
		layers = append(layers, s.layers...)
	}
	if len(p.steps) == 1 && p.steps[0].changes != nil {
		return p.runOne(ctx, store)
	}
	current := ""
	err := store.Change(ctx, layers, geo.WriteOptions{DryRun: p.dryRun}, func(ctx context.Context, w *postgis.Writer) (err error) {
		for _, s := range p.steps {
			current = s.alias
			if done.results[s.alias], err = s.write(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	if wrong := asData(err); wrong != nil {
		p.wrong[current] = wrong
	} else if err != nil {
		return written{err: err}
	}
	return done
}

// runOne makes the changes of features of the only field, which may share their transaction with others.
func (p plan) runOne(ctx context.Context, store *postgis.Store) written {
	only := p.steps[0]
	outcomes, err := store.Write(ctx, only.changes, geo.WriteOptions{DryRun: p.dryRun})
	if wrong := asData(err); wrong != nil {
		p.wrong[only.alias] = wrong
	} else if err != nil {
		return written{err: err}
	}
	return written{results: map[string]any{only.alias: outcomes}, wrong: p.wrong}
}

// asData gives the errors that a payload has: those of what was asked, and not of what answers.
func asData(err error) geo.Errors {
	if wrong, ok := errors.AsType[geo.Errors](err); ok {
		return wrong
	}
	if e, ok := errors.AsType[*geo.Error](err); ok {
		switch e.Code {
		case geo.BadInput, geo.NotFound, geo.Conflict, geo.Forbidden:
			return geo.Errors{e}
		}
	}
	return nil
}

// resultOf gives what the current field did.
func resultOf[T any](ctx context.Context) (T, []*model.WriteError, error) {
	var none T
	done, ok := ctx.Value(writtenKey{}).(written)
	if !ok {
		return none, nil, errors.New("the operation was not written before its fields were answered")
	}
	if done.err != nil {
		return none, nil, done.err
	}
	alias := graphql.GetFieldContext(ctx).Field.Alias
	wrong := done.wrong[alias]
	if len(done.wrong) > 0 && len(wrong) == 0 {
		wrong = geo.Errors{{Code: notWritten, Message: "nothing is written, because another field of the operation is wrong"}}
	}
	if len(wrong) > 0 {
		return none, model.NewWriteErrors(wrong), nil
	}
	result, _ := done.results[alias].(T)
	return result, model.NewWriteErrors(nil), nil
}

// one answers a field that changes one feature.
func one[T any](ctx context.Context) (*model.Payload[T], error) {
	outcomes, wrong, err := resultOf[[]geo.Outcome](ctx)
	if err != nil {
		return nil, err
	}
	return model.NewPayload[T](outcomes, wrong), nil
}

// many answers a field that changes many features.
func many[T any](ctx context.Context) (*model.ListPayload[T], error) {
	outcomes, wrong, err := resultOf[[]geo.Outcome](ctx)
	if err != nil {
		return nil, err
	}
	return model.NewListPayload[T](outcomes, wrong), nil
}
