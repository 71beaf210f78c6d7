package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"xiangtu/server/middleware"
)

// Bounds of a connection. ReadTimeout bounds the header and the body together:
// a bound of its own for the header costs a system call a request. WriteTimeout
// bounds an answer from the request's header on; surfaces with long answers
// move it with middleware.Patience. What is over maxHeaderBytes gets a bare 431
// from net/http; of these, middleware.ShortAddress allows an address its share.
const (
	readTimeout    = 30 * time.Second
	writeTimeout   = 60 * time.Second
	idleTimeout    = 120 * time.Second
	maxHeaderBytes = 4 * middleware.MaxAddress
)

// errDatabaseLost ends a server whose private cluster has ended.
var errDatabaseLost = errors.New("the private database has ended")

// server answers HTTP until it is told to stop.
type server struct {
	handler http.Handler
	log     *slog.Logger
	drain   time.Duration // how long requests may take to finish on the way down
	onDrain func()        // called when the server begins to stop
}

// run serves on listener until ctx ends, then finishes the requests that it
// has: for at most s.drain, and until force ends. What is not finished then is
// cut off. A closed lost is an error that ends the server in the same way.
func (s *server) run(ctx, force context.Context, listener net.Listener, lost <-chan struct{}) error {
	// Requests live on after ctx has ended; this is what ends them.
	requests, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	httpServer := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- httpServer.Serve(listener) }()

	var failure error
	select {
	case err := <-served:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-lost:
		failure = errDatabaseLost
	case <-ctx.Done():
	}
	s.log.Info("stopping: requests finish first; a second signal cuts them off")
	s.onDrain()
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain)
	defer cancel()
	defer context.AfterFunc(force, cancel)()

	err := httpServer.Shutdown(patience)
	if err != nil {
		s.log.Warn("requests were cut off")
		// In this order: what ends early would be taken for an answer, if there were a connection to answer by.
		err = httpServer.Close()
		cutOff()
	}
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	if err != nil {
		err = fmt.Errorf("stop HTTP: %w", err)
	}
	return errors.Join(failure, err)
}
