package wire

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

// tree lists the files below dir, of those with a reason what it says.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		text := ""
		if strings.HasSuffix(name, reasonSuffix) {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = string(data)
		}
		out[filepath.ToSlash(name)] = text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// settled makes the folder's clock run ahead, so that every file is old.
func settled(dir string) *Folder {
	f := NewFolder("n", dir, NewReader(nil), false)
	f.now = func() time.Time { return time.Now().Add(time.Hour) }
	return f
}

// finish tells the folder that all articles of b were logged, but for those
// that refuse names.
func finishAll(t *testing.T, f *Folder, b alerts.Batch, refuse ...string) error {
	t.Helper()
	var outcomes []alerts.Outcome
	for _, a := range b.Articles {
		o := alerts.Outcome{Article: a, Verdict: alerts.Added}
		for _, title := range refuse {
			if a.Title == title {
				o.Err = errors.New("it is refused")
			}
		}
		outcomes = append(outcomes, o)
	}
	return f.Finish(t.Context(), outcomes)
}

// What was read is put away: to done, or to failed with the reason beside it.
func TestFolderPutsAway(t *testing.T) {
	dir := t.TempDir()
	f := settled(dir)
	for name, text := range map[string]string{
		"a.txt": "A\n", "b.json": `{"uri":"b","headline":"B"}`, "c.json": "{",
		"d.jsonl":    `{"id":"1","title":"D"}` + "\n{\n" + `{"id":"2","title":"E"}`,
		"e.jsonl":    `{"id":"3","title":"F"}` + "\n" + `{"id":"4","title":"G"}`,
		"f.xml":      `<planningItem guid="x"/>`,
		"notes.pdf":  "x",
		"done/a.txt": "an older one",
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), text)
	}
	b := fetch(t, f, nil)
	if heads(b) != "A B D E F G" {
		t.Fatalf("read %+v", b)
	}
	if err := finishAll(t, f, b, "G"); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"notes.pdf": "", "done/a.txt": "", "done/a-2.txt": "", "done/b.json": "", "done/f.xml": "",
		"failed/c.json": "", "failed/c.json.reason.txt": "reading JSON: line 1: unexpected end of JSON input\n",
		"failed/d.jsonl": "", "failed/d.jsonl.reason.txt": "d.jsonl:2: the line is not JSON, at byte 1: unexpected end of JSON input\n",
		"failed/e.jsonl": "", "failed/e.jsonl.reason.txt": "article 4: it is refused\n",
	}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if next := fetch(t, f, b.State); !next.NotModified {
		t.Errorf("read again: %+v", next)
	}
}

// A crash between logging and putting away leaves the file, and it is read
// again; so is one that changed meanwhile.
func TestFolderPutsAwayOnlyWhatWasRead(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "A\n")
	f := settled(dir)
	state := fetch(t, f, nil).State
	f = settled(dir) // the program was started anew
	b := fetch(t, f, state)
	if heads(b) != "A" {
		t.Fatalf("after a crash: %+v", b)
	}
	write(t, filepath.Join(dir, "a.txt"), "A, longer\n")
	if err := finishAll(t, f, b); err != nil {
		t.Fatal(err)
	}
	if b = fetch(t, f, b.State); heads(b) != "A, longer" {
		t.Errorf("after a change: %+v", b)
	}
	if err := errors.Join(finishAll(t, f, b), f.Finish(t.Context(), nil)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"done/a.txt": ""}, tree(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// Where nothing can be moved, files stay and are read once.
func TestFolderStuck(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "done"), "a file where the folder should be")
	write(t, filepath.Join(dir, "a.txt"), "A\n")
	f := settled(dir)
	b := fetch(t, f, nil)
	if err := finishAll(t, f, b); err == nil || !strings.Contains(err.Error(), "move a.txt to done: ") {
		t.Errorf("moving: %v", err)
	}
	next := fetch(t, f, b.State)
	if !next.NotModified {
		t.Errorf("read again: %+v", next)
	}
	if after := fetch(t, settled(dir), next.State); !after.NotModified {
		t.Errorf("read again after a start: %+v", after)
	}
}

// That a file can't be looked at does not mean that someone else moved it.
func TestFolderGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "wires")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "a.txt"), "A\n")
	f := settled(dir)
	b := fetch(t, f, nil)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "a file where the folder was")
	if err := finishAll(t, f, b); err == nil || !strings.Contains(err.Error(), "look at a.txt before it is moved: ") {
		t.Errorf("moving: %v", err)
	}
}

// A file with an article that must not be published yet stays until it may,
// while the others in it are handed on.
func TestFolderEmbargo(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	f := NewFolder("n", dir, NewReader(nil), false)
	f.now = func() time.Time { return now }
	path := filepath.Join(dir, "a.jsonl")
	write(t, path, `{"id":"1","title":"A"}`+"\n"+`{"id":"2","title":"B","embargo":"2026-03-02T14:00:00Z"}`)
	if err := os.Chtimes(path, now, now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	b := fetch(t, f, nil)
	if heads(b) != "A" || b.Interval != 2*time.Hour {
		t.Errorf("before: %+v", b)
	}
	if err := finishAll(t, f, b); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Hour)
	if b = fetch(t, f, b.State); heads(b) != "A B" || b.Interval != 0 {
		t.Errorf("after: %+v", b)
	}
	if err := finishAll(t, f, b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"done/a.jsonl": ""}, tree(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// While someone watches, a file that can't be read may be half written.
func TestFolderGrace(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	f := NewFolder("n", dir, NewReader(nil), false)
	f.now = func() time.Time { return now }
	f.watching.Store(true)
	path := filepath.Join(dir, "a.xml")
	half := `<nitf><head><title>A</title></head><body><body.content><p>Te`
	written := func(text string) {
		write(t, path, text)
		if err := os.Chtimes(path, now, now); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Second)
	}
	written(half)
	b := fetch(t, f, nil)
	if heads(b) != "" || len(b.Problems) > 0 || len(f.again) != 1 {
		t.Errorf("half a file: %+v", b)
	}
	written(half + `xt.</p></body.content></body></nitf>`)
	if b = fetch(t, f, b.State); heads(b) != "A" || len(b.Problems) > 0 {
		t.Errorf("the whole file: %+v", b)
	}
	written(half)
	now = now.Add(graceTime)
	if b = fetch(t, f, b.State); heads(b) != "A" || len(b.Problems) != 1 {
		t.Errorf("a file that stays broken: %+v", b)
	}
}
