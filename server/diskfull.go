package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"xiangtu/geo"
)

// databaseLog is what the private database writes to its log. A disk that is
// full can end it in the middle of a statement, and then its log alone knows why.
type databaseLog struct {
	name string // empty for a database that is not ours
	from int64  // what is before is of others
}

// watchDatabaseLog remembers where the log ends now.
func watchDatabaseLog(c config) databaseLog {
	if c.DatabaseURL != "" {
		return databaseLog{}
	}
	l := databaseLog{name: filepath.Join(c.Data, "postgres.log")}
	if info, err := os.Stat(l.name); err == nil {
		l.from = info.Size()
	}
	return l
}

// explain says that the disk is full where an error is that of a database that
// was lost, and its log says so.
func (l databaseLog) explain(err error) error {
	known, ok := errors.AsType[*geo.Error](err)
	if !ok || known.Code != geo.Unavailable || l.name == "" || !l.saysFull() {
		return err
	}
	return fmt.Errorf("the disk of the database is full: make room and try again: %w", err)
}

func (l databaseLog) saysFull() bool {
	file, err := os.Open(l.name)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }() // it was only read
	const most = 1 << 20
	if _, err := file.Seek(l.from, io.SeekStart); err != nil {
		return false
	}
	text, err := io.ReadAll(io.LimitReader(file, most))
	return err == nil && (bytes.Contains(text, []byte("No space left on device")) || bytes.Contains(text, []byte("Disk quota exceeded")))
}
