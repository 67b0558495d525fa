package routing

import (
	"go/ast"
	"go/types"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestRoutingIsPure walks the package's own code: nothing in it may depend on a clock, on another goroutine,
// or on the order of a map, or a replay would not give the same day.
func TestRoutingIsPure(t *testing.T) {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps | packages.NeedName | packages.NeedFiles}, ".")
	if err != nil {
		t.Fatal(err)
	}
	p := pkgs[0]
	if len(p.Errors) > 0 || len(p.Syntax) < 5 {
		t.Fatalf("the package could not be read: %v", p.Errors)
	}
	for name := range p.Imports {
		switch name {
		case "container/heap", "fmt", "time", "cordboard/server/fact":
		default:
			t.Errorf("imports %s", name)
		}
	}
	at := func(n ast.Node) string { return p.Fset.Position(n.Pos()).String() }
	for _, f := range p.Syntax {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
				t.Errorf("%s: goroutine or channel", at(n))
			case *ast.RangeStmt:
				if _, isMap := p.TypesInfo.TypeOf(n.X).Underlying().(*types.Map); isMap {
					t.Errorf("%s: walks over a map", at(n))
				}
			case *ast.SelectorExpr:
				if o := p.TypesInfo.Uses[n.Sel]; o != nil && o.Pkg() != nil && o.Pkg().Path() == "time" {
					switch o.Name() {
					case "Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Sleep", "Tick":
						if _, method := o.(*types.Func); method && o.(*types.Func).Type().(*types.Signature).Recv() == nil {
							t.Errorf("%s: reads the clock by time.%s", at(n), o.Name())
						}
					}
				}
			}
			return true
		})
	}
}
