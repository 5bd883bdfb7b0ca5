package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// mostTurns bounds the redirects of a form.
const mostTurns = 3

// PostForm sends a form to address, which was named by what was read from host: it
// reaches a private address only where host is there too. Redirects are followed
// where they keep the method (307 and 308). An answer of any status is no error;
// see [Response.Err]. Errors are a [*GetError].
func (c *Client) PostForm(ctx context.Context, address, host string, form url.Values) (*Response, error) {
	res, err := c.postForm(ctx, address, host, form)
	if err != nil {
		return nil, &GetError{Address: Redact(address), Err: err}
	}
	return res, nil
}

func (c *Client) postForm(ctx context.Context, address, host string, form url.Values) (*Response, error) {
	at, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address can't be parsed")
	}
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	for range mostTurns + 1 {
		if err := checkURL(at); err != nil {
			return nil, err
		}
		res, to, err := c.postOnce(ctx, at, host, form.Encode())
		if err != nil {
			return nil, clean(err)
		}
		if to == "" {
			return res, nil
		}
		if at, err = at.Parse(to); err != nil {
			return nil, fmt.Errorf("%w: its address can't be parsed", ErrRedirect)
		}
	}
	return nil, tooMany(mostTurns)
}

// postOnce gives the answer, or where to send the form instead.
func (c *Client) postOnce(ctx context.Context, at *url.URL, host, form string) (res *Response, to string, err error) {
	leave, err := c.enter(ctx, nil, at)
	if err != nil {
		return nil, "", err
	}
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), strings.NewReader(form))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", c.opts.UserAgent)
	client := c.strict
	if plainHost(at.Hostname()) == plainHost(host) {
		client = c.open
	}
	answer, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	c.opts.Hosts.learn(at, answer, c.opts.Now())
	if s := answer.StatusCode; s == http.StatusTemporaryRedirect || s == http.StatusPermanentRedirect {
		_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // so that the connection can be used again
		if to = answer.Header.Get("Location"); to != "" {
			return nil, to, nil
		}
	}
	body, err := readBody(answer, c.opts.MaxBody)
	if err != nil {
		return nil, "", err
	}
	return &Response{Status: answer.StatusCode, Header: answer.Header, Body: body, URL: at.String(), now: c.opts.Now()}, "", nil
}
