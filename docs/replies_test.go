package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/ui"
)

// speakers make a sentence for an agent: their strings are a code, the key, the English words, and what fills them.
var speakers = map[string]bool{"no": true, "Because": true, "turnedAway": true}

// tellers make a line of a contact's story: the key, the English words, and what fills them.
var tellers = map[string]bool{"tellStory": true, "says": true, "phrase": true}

var holes = regexp.MustCompile(`\{[a-z]+\}`)

// TestEveryReplyHasItsWordsInEveryLanguage reads the rooms that answer agents: whatever is refused, asked or confirmed
// has a key, and the console's catalogue has that key in English, as the server says it, and in Chinese.
func TestEveryReplyHasItsWordsInEveryLanguage(t *testing.T) {
	english, chinese := ui.Sentences("en"), ui.Sentences("zh")
	found := 0
	said := func(where token.Position, key, words string) {
		found++
		switch {
		case english[key] == "":
			t.Errorf("%s: %q is not in the console's catalogue (ui/said_replies.go)", where, key)
		case words != "" && !alike(english[key], words) && !ownWords[key]:
			t.Errorf("%s: the server says %q, the console %q", where, words, english[key])
		case chinese[key] == "":
			t.Errorf("%s: %q is missing in Chinese", where, key)
		case !slices.Equal(sorted(holes.FindAllString(english[key], -1)), sorted(holes.FindAllString(chinese[key], -1))):
			t.Errorf("%s: %q has other names to fill in in Chinese", where, key)
		}
	}
	for _, room := range []string{"desk", "call", "acd", "ledger"} {
		files, err := filepath.Glob(filepath.Join("..", "server", room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal("no files of ", room, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			readReplies(t, name, said)
		}
	}
	if found < 80 {
		t.Errorf("only %d replies were found; the rooms speak by other functions now", found)
	}
}

// ownWords are keys whose words the console chooses itself.
var ownWords = map[string]bool{"code_wanted": true, "nobody_left": true, "telephone_gone": true}

func alike(a, b string) bool { return strings.TrimSuffix(a, ".") == strings.TrimSuffix(b, ".") }

func sorted(s []string) []string { slices.Sort(s); return s }

func readReplies(t *testing.T, name string, said func(token.Position, string, string)) {
	set := token.NewFileSet()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(set, name, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			readCall(t, set, n, said)
		case *ast.CompositeLit:
			readLiteral(t, set, n, said)
		}
		return true
	})
}

// readCall reads no("code", "key", "words", …) of a call, no(id, "code", "key", "words", …) of a seat, Because and turnedAway.
func readCall(t *testing.T, set *token.FileSet, n *ast.CallExpr, said func(token.Position, string, string)) {
	name := ""
	switch f := n.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	if tellers[name] {
		readStory(t, set, n, said)
		return
	}
	if !speakers[name] {
		return
	}
	if len(n.Args) > 1 && name == "Because" {
		if _, literal := text(n.Args[1]); !literal {
			return // its words stand elsewhere
		}
	}
	var words []string
	for _, a := range n.Args {
		if s, ok := text(a); ok {
			words = append(words, s)
		}
	}
	if len(words) >= 3 {
		said(set.Position(n.Pos()), words[1], words[2])
	} else if len(words) == 2 {
		t.Errorf("%s: a reply without a key", set.Position(n.Pos()))
	}
}

// readStory reads tellStory("key", "words", …), and the same of says and phrase.
func readStory(t *testing.T, set *token.FileSet, n *ast.CallExpr, said func(token.Position, string, string)) {
	if len(n.Args) < 2 {
		return
	}
	key, keyed := text(n.Args[0])
	words, worded := text(n.Args[1])
	if !keyed && !worded { // handed on
		return
	}
	if !keyed || !worded {
		t.Errorf("%s: a line of a story is a key and words, both written out", set.Position(n.Pos()))
		return
	}
	said(set.Position(n.Pos()), key, words)
}

// TestEveryCodeInAStoryHasItsWords: what a line names by a code is said in Chinese too.
func TestEveryCodeInAStoryHasItsWords(t *testing.T) {
	words := ui.Sentences("zh")
	codes := []string{flow.Closed, flow.Holiday, flow.Nobody, flow.LongestWait, "busy", "declined", "no_answer", "no_number", "unreachable", "voicemail", "left", "nobody", "elsewhere"}
	for _, o := range []fact.Outcome{fact.Missed, fact.Declined, fact.CallerOff, fact.LineDown, fact.Withdrawn} {
		codes = append(codes, string(o))
	}
	for _, c := range codes {
		if words["why:"+c] == "" {
			t.Errorf("%q has no Chinese words (ui/said_story.go)", c)
		}
	}
}

// readLiteral finds words that are put into a reply, a refusal or a done by hand.
func readLiteral(t *testing.T, set *token.FileSet, n *ast.CompositeLit, said func(token.Position, string, string)) {
	kind := ""
	switch x := n.Type.(type) {
	case *ast.SelectorExpr:
		kind = x.Sel.Name
	case *ast.Ident:
		kind = x.Name
	case *ast.ArrayType:
		return
	case nil: // of busyWith: a pair of key and words
		if len(n.Elts) == 2 {
			if key, ok := text(n.Elts[0]); ok && strings.HasPrefix(key, "gate_") {
				words, _ := text(n.Elts[1])
				said(set.Position(n.Pos()), key, words)
			}
		}
		return
	}
	if kind == "done" && len(n.Elts) >= 2 {
		if _, named := n.Elts[0].(*ast.KeyValueExpr); !named {
			key, _ := text(n.Elts[0])
			words, _ := text(n.Elts[1])
			said(set.Position(n.Pos()), key, words)
			return
		}
	}
	if !slices.Contains([]string{"Reply", "Ask", "No", "Refused", "done"}, kind) {
		return
	}
	key, words := "", ""
	for _, e := range n.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		id, _ := kv.Key.(*ast.Ident)
		if id == nil {
			continue
		}
		switch s, literal := text(kv.Value); strings.ToLower(id.Name) {
		case "key":
			key = s
			if !literal {
				return // handed on
			}
		case "words":
			words = s
		}
	}
	if words != "" || key != "" {
		said(set.Position(n.Pos()), key, words)
	}
}

func text(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}
