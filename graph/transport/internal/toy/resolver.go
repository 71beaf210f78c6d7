package toy

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

//go:generate go tool gqlgen generate

// New makes the executable schema of this package, with a counter of its own. A
// list costs its items.
func New() graphql.ExecutableSchema {
	config := Config{Resolvers: &resolver{}}
	config.Complexity.Query.Items = perItem
	config.Complexity.Item.Items = perItem
	return NewExecutableSchema(config)
}

func perItem(childComplexity, count int) int { return 1 + count*childComplexity }

type resolver struct{ counter atomic.Int64 }

func (r *resolver) Query() QueryResolver               { return query{} }
func (r *resolver) Mutation() MutationResolver         { return mutation{r} }
func (r *resolver) Subscription() SubscriptionResolver { return subscription{} }
func (r *resolver) Item() ItemResolver                 { return item{} }

type query struct{}

func (query) Echo(_ context.Context, text string) (string, error) { return text, nil }
func (query) Items(_ context.Context, count int) ([]Item, error)  { return items("", count), nil }
func (query) Text(_ context.Context, bytes int) (string, error) {
	return strings.Repeat("x", bytes), nil
}
func (query) Wait(ctx context.Context) (*string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
func (query) Fail(context.Context) (*string, error)    { return nil, errors.New("a secret") }
func (query) FailHard(context.Context) (string, error) { return "", errors.New("a secret") }
func (query) Refuse(context.Context) (*string, error) {
	return nil, &gqlerror.Error{Message: "not that one", Extensions: map[string]any{"code": "NOT_THAT_ONE"}}
}
func (query) Panic(context.Context) (*string, error)              { panic("a secret") }
func (query) Whole(_ context.Context, value int64) (int64, error) { return value, nil }

type mutation struct{ *resolver }

func (m mutation) Add(_ context.Context, amount int) (int, error) {
	return int(m.counter.Add(int64(amount))), nil
}

func (mutation) Read(_ context.Context, files []graphql.Upload) ([]string, error) {
	var all []string
	for _, file := range files {
		text, err := io.ReadAll(file.File)
		if err != nil {
			return nil, err
		}
		all = append(all, file.Filename+" "+file.ContentType+": "+string(text))
	}
	return all, nil
}

type subscription struct{}

func (subscription) Tick(ctx context.Context) (<-chan int, error) {
	ticks := make(chan int)
	go func() {
		defer close(ticks)
		for i := 0; ; i++ {
			select {
			case ticks <- i:
			case <-ctx.Done():
				return
			}
			time.Sleep(time.Second)
		}
	}()
	return ticks, nil
}

type item struct{}

func (item) Items(_ context.Context, parent *Item, count int) ([]Item, error) {
	return items(parent.ID+".", count), nil
}

func items(prefix string, count int) []Item {
	list := make([]Item, count)
	for i := range list {
		list[i].ID = prefix + strconv.Itoa(i)
	}
	return list
}
