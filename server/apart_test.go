package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"cordboard/server"
	"cordboard/server/config"
)

// apart is a server in a process of its own, so that what it costs and how long it takes is not mixed with callers
// and agents: the test binary, started again. A line to it is a question: cpu, memory, heap,
// goroutines, files or calls.
type apart struct {
	t       testing.TB
	cmd     *exec.Cmd
	ask     io.WriteCloser
	answers *bufio.Scanner
}

// serveApart is the other process's main.
func serveApart(file string) {
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	holder, err := config.Open(file, nil)
	if err != nil {
		fail(err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil)) // as in service: writing it is part of a call's cost
	ctx, cancel := context.WithCancel(context.Background())
	server.PaceHeap(ctx, log)
	server.ShareProcessors()
	s, err := server.Start(ctx, server.Options{Config: holder, Program: "cordboard test", Log: log, Ready: os.Stdout})
	if err != nil {
		fail(err)
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch in.Text() {
		case "cpu":
			fmt.Fprintln(os.Stdout, cpuTime().Nanoseconds())
		case "memory":
			fmt.Fprintln(os.Stdout, memory())
		case "heap":
			fmt.Fprintln(os.Stdout, stateNow().heap)
		case "goroutines":
			fmt.Fprintln(os.Stdout, stateNow().goroutines)
		case "files":
			fmt.Fprintln(os.Stdout, stateNow().files)
		case "calls":
			fmt.Fprintln(os.Stdout, s.OpenCalls())
		}
	}
	cancel()
	stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Close(stop); err != nil {
		fail(err)
	}
	os.Exit(0)
}

func (h *house) startApart() {
	h.t.Helper()
	a := &apart{t: h.t, cmd: exec.Command(os.Args[0])}
	a.cmd.Env = append(os.Environ(), "CORDBOARD_TEST_SERVER="+h.config)
	a.cmd.Dir = h.dir
	log, err := os.Create(h.config + ".log")
	if err != nil {
		h.t.Fatal(err)
	}
	defer log.Close()
	a.cmd.Stderr = log
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if a.ask, err = a.cmd.StdinPipe(); err != nil {
		h.t.Fatal(err)
	}
	if err := a.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	a.answers = bufio.NewScanner(out)
	h.apart, h.addresses = a, map[string]string{}
	if !a.answers.Scan() {
		said, _ := os.ReadFile(h.config + ".log")
		h.t.Fatalf("the server did not start: %s", said)
	}
	for _, word := range strings.Fields(a.answers.Text()) {
		if name, address, ok := strings.Cut(word, "="); ok {
			h.addresses[name] = address
		}
	}
	h.aim("udp")
}

// number asks the server for one.
func (a *apart) number(question string) int64 {
	a.t.Helper()
	fmt.Fprintln(a.ask, question)
	var n int64
	if !a.answers.Scan() {
		a.t.Fatalf("the server did not say its %s", question)
	}
	if _, err := fmt.Sscan(a.answers.Text(), &n); err != nil {
		a.t.Fatal(err)
	}
	return n
}

func (a *apart) stop() error {
	a.ask.Close()
	return a.cmd.Wait()
}
