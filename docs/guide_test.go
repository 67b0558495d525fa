package docs_test

import (
	"os"
	"testing"

	"cordboard/ui"
)

// TestThePageForAgentsIsMadeFromTheKeys: docs/agent.md is ui.Guide, so that no key is told that does not act.
func TestThePageForAgentsIsMadeFromTheKeys(t *testing.T) {
	const page = "agent.md"
	want := ui.Guide()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/agent.md is not what the keys say; UPDATE=1 go test ./docs writes it anew")
	}
}
