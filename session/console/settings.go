package console

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"

	"cordboard/audio"
	"cordboard/session"
	"cordboard/ui"
)

// settings keeps what the person chose on the settings page, beside the log.
type settings struct {
	path string
	log  *slog.Logger
}

// load gives what was kept. A file that cannot be read is no reason not to start.
func (s settings) load() (kept ui.Settings) {
	b, err := os.ReadFile(s.path)
	if err == nil {
		err = json.Unmarshal(b, &kept)
	}
	if err != nil && !os.IsNotExist(err) {
		s.log.Warn("the settings could not be read; the usual ones are used", "err", err)
	}
	return kept
}

func (s settings) save(now ui.Settings) {
	b, err := json.MarshalIndent(now, "", "\t")
	if err == nil {
		err = os.WriteFile(s.path, b, 0o600)
	}
	if err != nil {
		s.log.Warn("the settings could not be kept", "err", err)
	}
}

// settled is the options with what was kept where nothing was said on the command line.
func (s settings) settled(o Options) (Options, ui.Settings) {
	kept := s.load()
	if o.Theme == "" || o.Theme == "auto" {
		o.Theme = cmp.Or(kept.Theme, o.Theme)
	}
	o.Language = cmp.Or(o.Language, kept.Language)
	o.Input, o.Output = cmp.Or(o.Input, kept.Input), cmp.Or(o.Output, kept.Output)
	o.Ringer = cmp.Or(o.Ringer, kept.Ringer)
	o.ASCII = o.ASCII || kept.ASCII
	return o, kept
}

// headsets names the microphones and the ears there are.
func headsets() (inputs, outputs []string) {
	all, err := audio.Devices()
	if err != nil {
		return nil, nil
	}
	for _, d := range all {
		if d.Inputs > 0 {
			inputs = append(inputs, d.Name)
		}
		if d.Outputs > 0 {
			outputs = append(outputs, d.Name)
		}
	}
	return inputs, outputs
}

// browser opens addresses where there is one.
func browser(log *slog.Logger) func(string) {
	return func(url string) {
		if err := session.OpenBrowser(url); err != nil {
			log.Info("no browser was opened", "err", err)
		}
	}
}

func settingsFile(logFile string) string {
	return filepath.Join(filepath.Dir(logFile), "settings.json")
}
