package main

import (
	"flag"
	"os"
	"os/exec"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "16") // tests of processes wait for processes, not for this one's processors
	testscript.Main(m, map[string]func(){"cordboard": main})
}

// TestCommands drives the program as a person would, by the scripts in server/operate/testdata/script.
func TestCommands(t *testing.T) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "server/operate/testdata/script", Setup: func(e *testscript.Env) error {
		program, err := exec.LookPath("cordboard") // this test, under the program's name
		e.Setenv("ROOT", root)
		e.Setenv("CORDBOARD", program)
		return err
	}})
}
