package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTestsSleepOnlyInVirtualTime: a test that sleeps on the machine's clock is slow on a good day and wrong on a bad one. It waits for what it is
// about, or lets virtual time pass (testing/synctest).
func TestTestsSleepOnlyInVirtualTime(t *testing.T) {
	sleeps := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(string(text), "time"+".Sleep(") {
			sleeps++
			if !strings.Contains(string(text), `"testing/synctest"`) {
				t.Errorf("%s sleeps on the machine's clock", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if sleeps == 0 {
		t.Error("no test sleeps; is this one looking in the right place?")
	}
}
