//go:build unix

package audio

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestQuietStderrCatchesWhatLibrariesWrite(t *testing.T) {
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	restore, err := QuietStderr(log)
	if err != nil {
		t.Fatal(err)
	}
	syscall.Write(2, []byte("ALSA lib says something\n"))
	restore()
	restore()
	var st, now syscall.Stat_t
	syscall.Fstat(2, &st)
	syscall.Fstat(int(log.Fd()), &now)
	if st.Ino == now.Ino && st.Dev == now.Dev {
		t.Error("standard error still goes to the log")
	}
	b, _ := os.ReadFile(log.Name())
	if !strings.Contains(string(b), "ALSA lib says something") {
		t.Errorf("the log has %q", b)
	}
}
