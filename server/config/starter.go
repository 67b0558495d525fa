package config

import _ "embed"

//go:embed starter.yaml
var starter []byte

// Starter gives a commented configuration to begin with. It loads as it stands.
func Starter() []byte { return append([]byte(nil), starter...) }
