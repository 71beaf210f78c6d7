package cluster

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
)

const (
	// maxLogSize is the size in bytes at which the log is set aside as the one
	// before, in place of which it goes: the two never hold more than twice it.
	maxLogSize = 8 << 20
	// tailSize is how many of the last bytes are kept to explain an end.
	tailSize = 8 << 10
)

// logFile takes what PostgreSQL writes to its standard error. It is safe for
// concurrent use.
type logFile struct {
	path string

	mu   sync.Mutex
	file *os.File
	size int64
	last []byte
}

func openLog(path string) (*logFile, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &logFile{path: path, file: file, size: info.Size()}, nil
}

// Write never fails: PostgreSQL must not stop for a log that cannot be kept.
func (l *logFile) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = append(l.last, text...)
	if excess := len(l.last) - tailSize; excess > 0 {
		l.last = append(l.last[:0], l.last[excess:]...)
	}
	if l.size+int64(len(text)) > maxLogSize {
		l.rotate()
	}
	n, _ := l.file.Write(text)
	l.size += int64(n)
	return len(text), nil
}

// rotate empties the file where it cannot be set aside.
func (l *logFile) rotate() {
	if err := os.Rename(l.path, l.path+".1"); err == nil {
		if file, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640); err == nil {
			l.file.Close()
			l.file, l.size = file, 0
			return
		}
	}
	if err := l.file.Truncate(0); err == nil {
		l.size = 0
	}
}

// forget drops the last lines, which an earlier server wrote.
func (l *logFile) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = l.last[:0]
}

// tail returns the last lines.
func (l *logFile) tail() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(string(bytes.TrimSpace(l.last)), "\n")
}

// Close closes the file; what is written later is lost.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("close PostgreSQL's log: %w", err)
	}
	return nil
}
