package graph

import (
	"context"
	"os"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
	"xiangtu/geo/jobs"
	"xiangtu/geo/postgis"
	"xiangtu/graph/model"
	"xiangtu/graph/transport"
)

// progressInterval is how often an import that somebody follows is looked at. It may run on another server, so that the
// database is where to look.
const progressInterval = 300 * time.Millisecond

// importDesk is what takes files.
func (r *Resolver) importDesk() (*jobs.Desk, error) {
	if r.Imports == nil {
		return nil, &geo.Error{Code: geo.Unavailable, Message: "this server takes no files"}
	}
	return r.Imports, nil
}

// importFeatures queues the import of a file.
func (r *Resolver) importFeatures(ctx context.Context, layer geo.LayerName, upload graphql.Upload, settings *postgis.ImportSettings) (*model.ImportJob, error) {
	desk, err := r.importDesk()
	if err != nil {
		return nil, err
	}
	file, ok := upload.File.(*os.File)
	if !ok {
		return nil, geo.Invalid("file", "it is no file of a form: send it by the GraphQL multipart request specification")
	}
	request := jobs.Request{Layer: layer, File: upload.Filename, ContentType: upload.ContentType}
	if settings != nil {
		request.Settings = *settings
	}
	return imported(desk.Start(ctx, request, file))
}

// importJob finds an import.
func (r *Resolver) importJob(ctx context.Context, id string) (*model.ImportJob, error) {
	desk, err := r.importDesk()
	if err != nil {
		return nil, err
	}
	return imported(desk.Job(ctx, id))
}

// importJobs lists imports.
func (r *Resolver) importJobs(ctx context.Context, states []postgis.ImportState, first *int) ([]*model.ImportJob, error) {
	desk, err := r.importDesk()
	if err != nil {
		return nil, err
	}
	limit, err := limited(first, 20, 1000)
	if err != nil {
		return nil, err
	}
	found, err := desk.Jobs(ctx, states, limit)
	jobs := make([]*model.ImportJob, len(found))
	for i, job := range found {
		jobs[i] = model.NewImportJob(job)
	}
	return jobs, err
}

// cancelImport asks for the end of an import.
func (r *Resolver) cancelImport(ctx context.Context, id string) (*model.ImportJob, error) {
	desk, err := r.importDesk()
	if err != nil {
		return nil, err
	}
	return imported(desk.Cancel(ctx, id))
}

func imported(job *postgis.ImportJob, err error) (*model.ImportJob, error) {
	if err != nil {
		return nil, err
	}
	return model.NewImportJob(job), nil
}

// importProgress answers an import each time that it has come further, until its end.
func (r *Resolver) importProgress(ctx context.Context, id string) (<-chan *model.ImportJob, error) {
	desk, err := r.importDesk()
	if err != nil {
		return nil, err
	}
	job, err := desk.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	return transport.Feed(ctx, func(send func(*model.ImportJob) bool) error {
		ticker := time.NewTicker(progressInterval)
		defer ticker.Stop()
		for {
			if !send(model.NewImportJob(job)) || job.State.Ended() {
				return nil
			}
			for told := *job; told.State == job.State && told.Phase == job.Phase && told.Features == job.Features && told.BytesRead == job.BytesRead; {
				select {
				case <-ctx.Done():
					return nil
				case <-ticker.C:
				}
				if job, err = desk.Job(ctx, id); err != nil {
					return err
				}
			}
		}
	}), nil
}
