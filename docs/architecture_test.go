package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "cordboard"

// pure lists the rooms that may import no library, here so that the table cannot widen them.
var pure = []string{"session/wire", "audio/codec", "audio/jitter", "server/fact", "server/inbox", "server/routing", "server/flow", "server/people", "server/call", "server/acd"}

type row struct{ ours, libraries []string }

func table(t *testing.T) map[string]row {
	t.Helper()
	page, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(page), "## Who may import whom")
	if !ok {
		t.Fatal("architecture.md has no section on imports")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	quoted := regexp.MustCompile("`([^`]+)`")
	words := func(cell string) (out []string) {
		for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
			out = append(out, m[1])
		}
		return out
	}
	rows := map[string]row{}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		rows[words(cells[1])[0]] = row{words(cells[2]), words(cells[3])}
	}
	if len(rows) < 20 {
		t.Fatalf("only %d rows were read from the table", len(rows))
	}
	return rows
}

// imports gives what the package's own files (not its tests) import, for one build.
func imports(t *testing.T, cgo string) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	got := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		name := strings.TrimPrefix(strings.TrimPrefix(f[0], module), "/")
		if name == "" {
			name = "."
		}
		got[name] = f[1:]
	}
	return got
}

func TestEveryPackageImportsOnlyWhatItsRowAllows(t *testing.T) {
	rows := table(t)
	for _, cgo := range []string{"0", "1"} {
		t.Run("CGO_ENABLED="+cgo, func(t *testing.T) {
			for pkg, list := range imports(t, cgo) {
				if pkg == "docs" || strings.Contains(pkg, "/internal/") || strings.HasSuffix(pkg, "test") {
					continue
				}
				r, ok := rows[pkg]
				if !ok {
					t.Errorf("%s has no row in architecture.md", pkg)
					continue
				}
				for _, imp := range list {
					if why := refused(pkg, imp, r); why != "" {
						t.Errorf("%s imports %s: %s", pkg, imp, why)
					}
				}
			}
		})
	}
}

func refused(pkg, imp string, r row) string {
	if ours, ok := strings.CutPrefix(imp, module+"/"); ok {
		if matches(r.ours, ours) {
			return ""
		}
		return "its row does not name it"
	}
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		return ""
	}
	if slices.Contains(pure, pkg) {
		return "this room has no libraries"
	}
	for _, l := range r.libraries {
		if strings.HasPrefix(imp, l) {
			return ""
		}
	}
	return "its row does not name this library"
}

func matches(names []string, imp string) bool {
	for _, n := range names {
		if n == "*" || n == imp || strings.HasSuffix(n, "/*") && strings.HasPrefix(imp, strings.TrimSuffix(n, "*")) {
			return true
		}
	}
	return false
}

func TestOnlyGraphKnowsTheGraphSDK(t *testing.T) {
	allowed := []string{"communications", "models", "models/callrecords", "models/odataerrors"}
	cmd := exec.Command("go", "list", "-deps", "./server/graph")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if sub, ok := strings.CutPrefix(strings.TrimSpace(line), "github.com/microsoftgraph/msgraph-sdk-go/"); ok && !slices.Contains(allowed, sub) {
			t.Errorf("server/graph links %s of the SDK", sub)
		}
	}
	cmd = exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...")
	cmd.Dir = ".."
	if out, err = cmd.Output(); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if f[0] == module || f[0] == module+"/server/graph" || f[0] == module+"/server/demo" || f[0] == module+"/server/operate" {
			continue
		}
		if slices.ContainsFunc(f[1:], func(d string) bool { return strings.HasPrefix(d, "github.com/microsoftgraph/msgraph-sdk-go/") }) {
			t.Errorf("%s links the Graph SDK; its tests would wait for it", f[0])
		}
	}
}

// TestThereIsNoBareGoStatement: a panic in a goroutine that nobody watches ends the whole server.
func TestThereIsNoBareGoStatement(t *testing.T) {
	err := filepath.WalkDir("../server", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if p := filepath.ToSlash(path); strings.Contains(p, "server/inbox/") || strings.Contains(p, "server/lab/") || strings.Contains(p, "server/demo/") {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				t.Errorf("%s: a bare go statement; use inbox.Go", set.Position(g.Pos()))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryDependencyHasAReason(t *testing.T) {
	page, err := os.ReadFile("dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)
	for _, m := range line.FindAllStringSubmatch(string(mod), -1) {
		if !strings.Contains(string(page), "`"+m[1]+"`") {
			t.Errorf("%s stands in go.mod without a reason in dependencies.md", m[1])
		}
	}
}
