package console

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"cordboard/ui"
)

func TestSettingsAreKeptAndTheCommandLineComesFirst(t *testing.T) {
	s := settings{filepath.Join(t.TempDir(), "settings.json"), slog.New(slog.DiscardHandler)}
	if o, _ := s.settled(Options{Theme: "auto"}); o.Theme != "auto" {
		t.Fatalf("without a file: %+v", o)
	}
	s.save(ui.Settings{Theme: "light", Language: "zh", Input: "Jabra", Motion: "calm"})
	o, kept := s.settled(Options{Theme: "auto", Output: "Speakers"})
	if o.Theme != "light" || o.Language != "zh" || o.Input != "Jabra" || o.Output != "Speakers" || kept.Motion != "calm" {
		t.Fatalf("kept: %+v, %+v", o, kept)
	}
	if o, _ := s.settled(Options{Theme: "dark", Language: "en", Input: "USB"}); o.Theme != "dark" || o.Language != "en" || o.Input != "USB" {
		t.Fatalf("the command line: %+v", o)
	}
	if err := os.WriteFile(s.path, []byte("{broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if o, _ := s.settled(Options{Theme: "auto"}); o.Theme != "auto" {
		t.Fatalf("a broken file: %+v", o)
	}
}

func TestSeveralCertificateFilesBecomeOne(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.pem"), filepath.Join(dir, "b.pem")
	os.WriteFile(a, []byte("A"), 0o600)
	os.WriteFile(b, []byte("B"), 0o600)
	if got, err := oneFile(a, dir); err != nil || got != a {
		t.Fatalf("one file: %q, %v", got, err)
	}
	got, err := oneFile(a+","+b, dir)
	if err != nil {
		t.Fatal(err)
	}
	if all, _ := os.ReadFile(got); string(all) != "A\nB\n" {
		t.Fatalf("together: %q", all)
	}
	if _, err := oneFile(a+",missing", dir); err == nil {
		t.Fatal("a missing file was taken")
	}
}
