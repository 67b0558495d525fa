package ui

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"strconv"
	"strings"

	"github.com/muesli/termenv"
)

// environment is what the surroundings say of the terminal.
type environment struct {
	profile  termenv.Profile
	light    bool
	wide     bool // draws ambiguous characters two cells wide
	language string
}

func readEnvironment(o Options) environment {
	e := environment{profile: terminalProfile(), language: o.Language}
	if e.language == "" {
		e.language = "en"
		for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
			if v := os.Getenv(name); v != "" {
				if strings.HasPrefix(v, "zh") {
					e.language = "zh"
				}
				break
			}
		}
	}
	// COLORFGBG is "ink;ground" of the 16 colours, set by some terminals.
	if _, ground, ok := strings.Cut(os.Getenv("COLORFGBG"), ";"); ok {
		if n, err := strconv.Atoi(ground[strings.LastIndexByte(ground, ';')+1:]); err == nil {
			e.light = n == 7 || n == 15
		}
	}
	return e
}

func randomID() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func itoa(n int) string { return strconv.Itoa(n) }

func equalFold(a, b string) bool { return strings.EqualFold(a, b) && a != "" }
