package embedded

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// A store file is the line "bellwether store VERSION", then for each key its
// name, type, expiry and content as values, then the SHA-256 of all before. A
// value is 's', its length as a varint and that many bytes; 'i' and a varint;
// or 'l', a count as a varint and that many values.
const (
	magic   = "bellwether store "
	version = "1"
)

// maxDepth is how deep lists stand in each other at most.
const maxDepth = 8

var errDamaged = errors.New("it is damaged or only half written; it was left as it is. " +
	"Put a copy of it in its place, or move it away to begin with an empty store")

var errNewer = errors.New("a newer version of Bellwether wrote it; it was left as it is. " +
	"Use that version, or move the file away to begin with an empty store")

// encode gives the content of a store file of keys that appendKey wrote.
func encode(image map[string][]byte) []byte {
	size := len(magic) + len(version) + 1 + sha256.Size
	for _, k := range image {
		size += len(k)
	}
	b := make([]byte, 0, size)
	b = append(b, magic+version+"\n"...)
	for _, k := range image {
		b = append(b, k...)
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func appendKey(b []byte, k key) ([]byte, error) {
	b = appendText(b, k.name)
	b = appendText(b, k.kind)
	b = binary.AppendVarint(append(b, 'i'), k.expires)
	b, err := appendValue(b, k.content)
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", k.name, err)
	}
	return b, nil
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(append(b, 's'), uint64(len(s))), s...)
}

func appendValue(b []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case string:
		return appendText(b, v), nil
	case int64:
		return binary.AppendVarint(append(b, 'i'), v), nil
	case []any:
		b = binary.AppendUvarint(append(b, 'l'), uint64(len(v)))
		for _, e := range v {
			var err error
			if b, err = appendValue(b, e); err != nil {
				return nil, err
			}
		}
		return b, nil
	}
	return nil, fmt.Errorf("a value of type %T: %w", value, errForm)
}

// decode reads what encode wrote; the order of keys is lost.
func decode(data []byte) ([]key, error) {
	rest, found := bytes.CutPrefix(data, []byte(magic))
	line, _, ended := bytes.Cut(rest[:min(len(rest), 16)], []byte{'\n'})
	if !found || !ended {
		return nil, errDamaged
	}
	if string(line) != version {
		return nil, errNewer
	}
	start := len(magic) + len(line) + 1
	end := len(data) - sha256.Size
	if end < start {
		return nil, errDamaged
	}
	if sum := sha256.Sum256(data[:end]); !bytes.Equal(sum[:], data[end:]) {
		return nil, errDamaged
	}
	return decodeKeys(data[start:end])
}

func decodeKeys(data []byte) ([]key, error) {
	var keys []key
	r := reader{data: data}
	for len(r.data) > 0 {
		name, okName := r.value(0).(string)
		kind, okKind := r.value(0).(string)
		expires, okExpires := r.value(0).(int64)
		content := r.value(0)
		if !okName || !okKind || !okExpires || r.bad {
			return nil, errDamaged
		}
		keys = append(keys, key{name, kind, expires, content})
	}
	return keys, nil
}

// reader reads values; after something that is none it is bad.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) value(depth int) any {
	if r.bad || len(r.data) == 0 || depth > maxDepth {
		r.bad = true
		return nil
	}
	kind := r.data[0]
	r.data = r.data[1:]
	if kind == 'i' {
		v, n := binary.Varint(r.data)
		return r.skip(n, v)
	}
	size, n := binary.Uvarint(r.data)
	if r.skip(n, nil); r.bad || size > uint64(len(r.data)) {
		r.bad = true
		return nil
	}
	switch kind {
	case 's':
		text := string(r.data[:size])
		r.data = r.data[size:]
		return text
	case 'l':
		values := make([]any, 0, min(size, 4096))
		for range size {
			values = append(values, r.value(depth+1))
			if r.bad {
				return nil
			}
		}
		return values
	}
	r.bad = true
	return nil
}

func (r *reader) skip(n int, v any) any {
	if n <= 0 {
		r.bad = true
		return nil
	}
	r.data = r.data[n:]
	return v
}

// readFile reads a store file; none is an empty store.
func readFile(path string) ([]key, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the store file: %w", err)
	}
	keys, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("read the store file %s: %w", path, err)
	}
	return keys, nil
}

// writeFile replaces a store file in one step: a crash at any moment leaves
// the old one or the new one. It returns the file's size.
func writeFile(path string, image map[string][]byte) (int, error) {
	data := encode(image)
	err := renameio.WriteFile(path, data, 0o600, renameio.WithTempDir(filepath.Dir(path)))
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return 0, fmt.Errorf("write the store file %s: %w", path, err)
	}
	return len(data), nil
}

// syncFolder makes a rename in a folder last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// removeLeftovers deletes what a process that was killed in the middle of a
// save left beside the file. The caller holds the lock.
func removeLeftovers(path string) {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"[0-9]*"))
	if err != nil {
		return // the name is no pattern; then some bytes stay
	}
	for _, name := range left {
		_ = os.Remove(name)
	}
}
