package embedded

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
)

// A store file is the line "bellwether store VERSION", then sections: the first
// with every key, each later one with the keys that changed since the one
// before, of which those that are gone have the type "none". A section is the
// length of its keys in 8 bytes, then for each key its name, type, expiry and
// content as values, then the SHA-256 of that of the section before (nothing for
// the first) and all before in this one. A value is 's', its length as a varint
// and that many bytes; 'i' and a varint; or 'l', a count as a varint and that
// many values.
//
// A crash in the middle of a write leaves the last section torn: nobody was told
// that it is on disk, and it is passed over. In version 1 all keys follow the
// line, then the SHA-256 of all before.
const (
	magic   = "bellwether store "
	version = "2"
	oldest  = "1"
)

// sectionHead is the length of a section's length.
const sectionHead = 8

// gone is the type of a key that is not there any more.
const gone = "none"

// maxDepth is how deep lists stand in each other at most.
const maxDepth = 8

var errDamaged = errors.New("it is damaged or only half written; it was left as it is. " +
	"Put a copy of it in its place, or move it away to begin with an empty store")

var errElse = errors.New("it has another length than what was written to it")

var errNewer = errors.New("a newer version of Bellwether wrote it; it was left as it is. " +
	"Use that version, or move the file away to begin with an empty store")

// extent is how far a file was written.
type extent struct {
	whole int64  // up to the end of the first section
	size  int64  // of all sections
	sum   []byte // of the last
}

// encode gives the content of a store file of keys that appendKey wrote.
func encode(image map[string][]byte) ([]byte, extent) {
	size := len(magic) + len(version) + 1 + sectionHead + sha256.Size
	for _, k := range image {
		size += len(k)
	}
	b := append(make([]byte, 0, size), magic+version+"\n"...)
	b, sum := appendSection(b, nil, image)
	return b, extent{whole: int64(len(b)), size: int64(len(b)), sum: sum}
}

// appendSection adds a section behind one with the sum before.
func appendSection(b, before []byte, keys map[string][]byte) (all, sum []byte) {
	start := len(b)
	b = append(b, make([]byte, sectionHead)...)
	for _, k := range keys {
		b = append(b, k...)
	}
	binary.BigEndian.PutUint64(b[start:], uint64(len(b)-start-sectionHead))
	sum = sumOf(before, b[start:])
	return append(b, sum...), sum
}

func sumOf(before, section []byte) []byte {
	h := sha256.New()
	h.Write(before)
	h.Write(section)
	return h.Sum(nil)
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

// decode reads a store file; the order of keys is lost.
func decode(data []byte) ([]key, error) {
	rest, found := bytes.CutPrefix(data, []byte(magic))
	line, _, ended := bytes.Cut(rest[:min(len(rest), 16)], []byte{'\n'})
	if !found || !ended {
		return nil, errDamaged
	}
	rest = rest[len(line)+1:]
	switch string(line) {
	case version:
		return decodeSections(rest)
	case oldest:
		end := len(data) - sha256.Size
		if len(rest) < sha256.Size || !bytes.Equal(sumOf(nil, data[:end]), data[end:]) {
			return nil, errDamaged
		}
		return decodeKeys(rest[:len(rest)-sha256.Size])
	}
	return nil, errNewer
}

// decodeSections reads the sections of a file: of each key the last.
func decodeSections(data []byte) ([]key, error) {
	latest := map[string]key{}
	var before []byte
	for len(data) > 0 {
		end, whole := sectionEnd(data)
		if !whole {
			if before == nil {
				return nil, errDamaged
			}
			break // torn
		}
		sum := data[end : end+sha256.Size]
		if !bytes.Equal(sumOf(before, data[:end]), sum) {
			if before != nil && (len(data) == end+sha256.Size || len(bytes.Trim(data, "\x00")) == 0) {
				break // torn too: some file systems make a file longer first
			}
			return nil, errDamaged
		}
		keys, err := decodeKeys(data[sectionHead:end])
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			if latest[k.name] = k; k.kind == gone {
				delete(latest, k.name)
			}
		}
		before, data = sum, data[end+sha256.Size:]
	}
	if before == nil {
		return nil, errDamaged
	}
	return slices.Collect(maps.Values(latest)), nil
}

// sectionEnd gives where the sum of the first section stands, and whether all of
// the section is there.
func sectionEnd(data []byte) (end int, whole bool) {
	if len(data) < sectionHead+sha256.Size {
		return 0, false
	}
	size := binary.BigEndian.Uint64(data)
	if size > uint64(len(data)-sectionHead-sha256.Size) {
		return 0, false
	}
	return sectionHead + int(size), true
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
// the old one or the new one.
func writeFile(path string, image map[string][]byte) (extent, error) {
	data, written := encode(image)
	err := renameio.WriteFile(path, data, 0o600, renameio.WithTempDir(filepath.Dir(path)))
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return extent{}, fmt.Errorf("write the store file %s: %w", path, err)
	}
	return written, nil
}

// appendFile writes what changed behind what was written, and returns when it is
// on disk.
func appendFile(path string, written extent, changes map[string][]byte) (extent, error) {
	fail := func(err error) (extent, error) {
		return extent{}, fmt.Errorf("write to the store file %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return fail(err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() != written.size {
		err = errElse
	}
	section, sum := appendSection(nil, written.sum, changes)
	if err == nil {
		_, err = f.Write(section)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fail(err)
	}
	written.size += int64(len(section))
	written.sum = sum
	return written, nil
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
