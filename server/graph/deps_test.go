package graph

import (
	"os/exec"
	"strings"
	"testing"
)

// Each package of the SDK costs every build seconds to minutes; the root package costs three of them.
var allowed = map[string]bool{
	"github.com/microsoftgraph/msgraph-sdk-go/models":             true,
	"github.com/microsoftgraph/msgraph-sdk-go/models/callrecords": true,
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors": true,
	"github.com/microsoftgraph/msgraph-sdk-go/communications":     true,
}

func TestOnlyTheCheapPartsOfTheSDKAreLinked(t *testing.T) {
	for _, p := range list(t, "list", "-deps", "-f", "{{.ImportPath}}", "cordboard/server/graph") {
		if strings.HasPrefix(p, "github.com/microsoftgraph/msgraph-sdk-go/") && !allowed[p] || p == "github.com/microsoftgraph/msgraph-sdk-go" {
			t.Errorf("%s is linked", p)
		}
	}
}

func TestNoOtherRoomImportsTheSDK(t *testing.T) {
	for _, line := range list(t, "list", "-e", "-f", "{{.ImportPath}} {{join .Imports \" \"}} {{join .TestImports \" \"}} {{join .XTestImports \" \"}}", "cordboard/...") {
		room, imports, _ := strings.Cut(line, " ")
		if room != "cordboard/server/graph" && strings.Contains(imports, "microsoftgraph/") {
			t.Errorf("%s imports %s", room, imports)
		}
	}
}

func list(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatalf("go %v: %v", args, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
