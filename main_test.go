package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cordboard": main})
}

// TestCommands drives the program as a person would, by the scripts in server/operate/testdata/script.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "server/operate/testdata/script"})
}
