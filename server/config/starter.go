package config

import _ "embed"

//go:embed starter.yaml
var starter string

// Starter gives a commented configuration to begin with. It loads as it stands.
func Starter() string { return starter }
