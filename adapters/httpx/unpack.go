package httpx

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// accepted is what servers are told can be unpacked. A deflate that comes all
// the same is unpacked too, but is not asked for: servers disagree on what it
// is (RFC 9110, 8.4.1.2).
const accepted = "gzip, br, zstd"

// maxWindow is how far back a zstd frame may reach (RFC 9659).
const maxWindow = 8 << 20

// readBody reads and unpacks at most limit bytes, and fails when there are
// more, packed or not.
func readBody(res *http.Response, limit int64) ([]byte, error) {
	most := limit + limit/64 + 1024 // what does not shrink grows a little
	if res.ContentLength > most {
		return nil, fmt.Errorf("%w: %d bytes, and at most %d are read", ErrTooLarge, res.ContentLength, limit)
	}
	tooLarge := fmt.Errorf("%w: at most %d bytes are read", ErrTooLarge, limit)
	// What is packed may go on for ever without bringing a byte.
	packed := &bounded{r: res.Body, left: most, err: tooLarge}
	r, done, err := unpack(packed, res.Header)
	if err != nil {
		return nil, err
	}
	defer done()
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case int64(len(body)) > limit:
		return nil, tooLarge
	case packed.failed != nil:
		return nil, fmt.Errorf("reading the answer: %w", clean(packed.failed))
	case err != nil && r != io.Reader(packed):
		return nil, fmt.Errorf("%w: %w", ErrPacked, err)
	case err != nil:
		return nil, fmt.Errorf("reading the answer: %w", clean(err))
	}
	return body, nil
}

// bounded reads at most left bytes, then fails with err. It keeps what failed.
type bounded struct {
	r      io.Reader
	left   int64
	err    error
	failed error
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.failed != nil {
		return 0, b.failed
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		b.failed = b.err
		return 0, b.failed
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = err
	}
	return n, err
}

// unpack gives a reader of what the codings of an answer hold; done frees it.
func unpack(r io.Reader, h http.Header) (_ io.Reader, done func(), err error) {
	done = func() {}
	var codings []string
	for c := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Content-Encoding"), ",")), ",") {
		if c = strings.TrimSpace(c); c != "" && c != "identity" {
			codings = append(codings, c)
		}
	}
	switch len(codings) {
	case 0:
		return r, done, nil
	case 1:
	default: // nobody needs it but for bombs
		return nil, done, fmt.Errorf("%w: it is packed %d times", ErrPacked, len(codings))
	}
	in := bufio.NewReader(r)
	if _, err := in.Peek(1); errors.Is(err, io.EOF) {
		return r, done, nil // a 304, or nothing at all
	}
	switch codings[0] {
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(in)
	case "deflate":
		r, err = inflate(in)
	case "br":
		r = brotli.NewReader(in)
	case "zstd":
		var z *zstd.Decoder
		z, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err == nil {
			r, done = z, z.Close
		}
	default:
		return nil, done, fmt.Errorf("%w: it is packed as %.20q, which was not asked for", ErrPacked, codings[0])
	}
	if err != nil {
		return nil, done, fmt.Errorf("%w: %w", ErrPacked, err)
	}
	return r, done, nil
}

// inflate reads deflate with the frame of zlib, as it ought to be, or without.
func inflate(in *bufio.Reader) (io.Reader, error) {
	head, err := in.Peek(2)
	if err == nil && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		return zlib.NewReader(in)
	}
	return flate.NewReader(in), nil
}
