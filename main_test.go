package main

import (
	"flag"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "16") // tests of processes wait for processes, not for this one's processors
	testscript.Main(m, map[string]func(){"cordboard": main})
}

// TestCommands drives the program as a person would, by the scripts in server/operate/testdata/script.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "server/operate/testdata/script"})
}
