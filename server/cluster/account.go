package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// account is the user of the system that PostgreSQL runs as.
type account struct {
	name     string
	uid, gid int
	// switched says that the program runs as root and the account is another.
	switched bool
}

// chooseAccount returns the program's own user, or, since PostgreSQL refuses to
// run as root, for root the owner of the existing data, else postgres, else
// nobody.
func chooseAccount(dataDir string) (account, error) {
	owner, exists, err := existingOwner(dataDir)
	if err != nil {
		return account{}, err
	}
	if uid := os.Geteuid(); uid != 0 {
		self := account{name: nameOf(uid), uid: uid, gid: os.Getegid()}
		if exists && owner != uid {
			return account{}, fmt.Errorf("%w: %s belongs to user %s, not to %s", ErrPermission, dataDir, nameOf(owner), self.name)
		}
		return self, nil
	}
	if exists && owner != 0 {
		return lookUpAccount(func() (*user.User, error) { return user.LookupId(strconv.Itoa(owner)) })
	}
	for _, name := range []string{"postgres", "nobody"} {
		a, err := lookUpAccount(func() (*user.User, error) { return user.Lookup(name) })
		if err == nil {
			return a, nil
		}
	}
	return account{}, fmt.Errorf("%w: PostgreSQL does not run as root, and there is neither a user postgres nor nobody: start as another user", ErrPermission)
}

func existingOwner(dir string) (uid int, exists bool, err error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, clarify(fmt.Errorf("data directory: %w", err))
	}
	return ownerOf(info), true, nil
}

func lookUpAccount(lookUp func() (*user.User, error)) (account, error) {
	found, err := lookUp()
	if err != nil {
		return account{}, fmt.Errorf("account of PostgreSQL: %w", err)
	}
	uid, uidErr := strconv.Atoi(found.Uid)
	gid, gidErr := strconv.Atoi(found.Gid)
	if err := errors.Join(uidErr, gidErr); err != nil {
		return account{}, fmt.Errorf("account of PostgreSQL: %w", err)
	}
	return account{name: found.Username, uid: uid, gid: gid, switched: true}, nil
}

func nameOf(uid int) string {
	id := strconv.Itoa(uid)
	if found, err := user.LookupId(id); err == nil {
		return found.Username
	}
	return id
}

func ownerOf(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}

// mayEnter tells by the permission bits whether the account may pass through
// the directory.
func (a account) mayEnter(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	switch {
	case int(stat.Uid) == a.uid:
		return info.Mode().Perm()&0o100 != 0
	case int(stat.Gid) == a.gid:
		return info.Mode().Perm()&0o010 != 0
	default:
		return info.Mode().Perm()&0o001 != 0
	}
}

// attributes returns how a process of the account is started. It gets a process
// group of its own, so that an interrupt typed at the terminal reaches the
// program alone, and death when the thread that started it ends.
func (a account) attributes(death syscall.Signal) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: death}
	if a.switched {
		attributes.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attributes
}
