package config

import (
	"encoding/json"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The schema must know every key of the starter, and refuse one more.
func TestTheSchemaKnowsTheKeysOfTheStarter(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := yaml.Unmarshal(Starter(), &file); err != nil {
		t.Fatal(err)
	}
	if bad := unknownKeys(schema, file, ""); len(bad) > 0 {
		t.Errorf("not in the schema: %v", bad)
	}
	file["server"].(map[string]any)["colour"] = "red"
	if bad := unknownKeys(schema, file, ""); len(bad) != 1 || bad[0] != ".server.colour" {
		t.Errorf("one key more gives %v", bad)
	}
	queue := dig(t, schema, "properties", "tenants", "items", "properties", "queues", "items")
	if ring := dig(t, queue, "properties", "ring"); ring["default"] != "20 s" || ring["description"] == "" {
		t.Errorf("ring: %v", ring)
	}
	if queue["properties"].(map[string]any)["greeting"] == nil {
		t.Error("the schema lacks a queue's greeting")
	}
	if need, _ := queue["required"].([]any); len(need) != 2 {
		t.Errorf("a queue needs %v", need)
	}
	if trunk := dig(t, schema, "properties", "tenants", "items", "properties", "trunks", "items", "properties"); trunk["password_file"] == nil {
		t.Error("secrets may come from files, but not by the schema")
	} else if trunk["ptime"] != nil {
		t.Error("the schema has a key that is refused")
	}
}

func dig(t *testing.T, m map[string]any, path ...string) map[string]any {
	t.Helper()
	for _, p := range path {
		next, ok := m[p].(map[string]any)
		if !ok {
			t.Fatalf("no %s", p)
		}
		m = next
	}
	return m
}

func unknownKeys(schema map[string]any, v any, at string) []string {
	var bad []string
	switch v := v.(type) {
	case map[string]any:
		props, _ := schema["properties"].(map[string]any)
		for k, x := range v {
			if props == nil {
				continue
			}
			next, ok := props[k].(map[string]any)
			if !ok {
				bad = append(bad, at+"."+k)
				continue
			}
			bad = append(bad, unknownKeys(next, x, at+"."+k)...)
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		for _, x := range v {
			bad = append(bad, unknownKeys(items, x, at)...)
		}
	}
	return bad
}
