package httpx

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/net/idna"
)

// dialer connects to hosts that may be reached.
type dialer struct {
	resolver *net.Resolver
	private  bool            // all hosts may be private
	hosts    map[string]bool // these may be
	control  func(allowPrivate bool) func(network, address string, _ syscall.RawConn) error
}

func newDialer(o Options) *dialer {
	d := &dialer{resolver: o.Resolver, private: o.AllowPrivate, hosts: make(map[string]bool), control: guard}
	for _, h := range o.AllowHosts {
		d.hosts[plainHost(h)] = true
	}
	return d
}

// dial is for [http.Transport.DialContext], which gets the host in ASCII.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%w to an address that can't be parsed", ErrRefused)
	}
	if why := oddHost(host); why != "" {
		return nil, fmt.Errorf("%w: %s", ErrRefused, why)
	}
	nd := net.Dialer{
		Timeout: 10 * time.Second, Resolver: d.resolver, Control: d.control(d.private || d.hosts[plainHost(host)]),
	}
	return nd.DialContext(ctx, network, address)
}

// plainHost is a host as it is compared: in small ASCII letters, without the
// brackets of IPv6 and the dot of the root.
func plainHost(host string) string {
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	if a, err := idna.Lookup.ToASCII(host); err == nil {
		host = a
	}
	return strings.ToLower(host)
}

// oddHost tells why a host is not even looked up; empty if it is. Some programs
// and resolvers read an IPv4 address where it does not look like one:
// 2130706433, 0x7f.1, 0177.0.0.1, 127.0.0.1. with a dot behind. Names don't end
// in a number (https://url.spec.whatwg.org/#ends-in-a-number-checker).
func oddHost(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return ""
	}
	for _, r := range host {
		if r > unicode.MaxASCII { // what has a form in ASCII is in it by now
			return "the host is no name that can be looked up"
		}
	}
	host = strings.TrimRight(host, ".")
	if numeral.MatchString(host[strings.LastIndexByte(host, '.')+1:]) {
		return "the host is a number in an odd spelling; write it like 192.0.2.1"
	}
	return ""
}

var numeral = regexp.MustCompile(`^(?i)(?:[0-9]+|0x[0-9a-f]*)$`)

// guard gives a [net.Dialer.Control] that looks at the very address that is
// about to be connected to. A name that resolves differently on a second
// look-up, or a redirect, thus can't pass it.
func guard(allowPrivate bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w to an address that can't be parsed", ErrRefused)
		}
		if why := refusal(ap.Addr(), allowPrivate); why != "" {
			return fmt.Errorf("%w to %s: %s", ErrRefused, ap.Addr(), why)
		}
		return nil
	}
}

// refusal tells why a is not connected to; empty if it may be.
func refusal(a netip.Addr, allowPrivate bool) string {
	a = plainIPv4(a)
	for _, r := range never {
		if r.prefix.Contains(a.WithZone("")) {
			return r.what
		}
	}
	for _, r := range private {
		if r.prefix.Contains(a) {
			if allowPrivate {
				return ""
			}
			return r.what
		}
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return "it is not a public address"
	}
	return ""
}

// plainIPv4 gives the IPv4 address that an IPv6 one stands for: mapped
// (::ffff:0:0/96), translated by a NAT64 (RFC 6052) or 6to4 gateway, or reached
// through a tunnel of ISATAP (RFC 5214, 6.1).
func plainIPv4(a netip.Addr) netip.Addr {
	if a.Is4In6() {
		return a.Unmap()
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	case a.Is6() && b[8]&^0x03 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe:
		return netip.AddrFrom4([4]byte(b[12:16]))
	}
	return a
}

// reserved is a range of addresses with the reason that an error gives.
type reserved struct {
	prefix netip.Prefix
	what   string
}

var (
	nat64         = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour     = netip.MustParsePrefix("2002::/16")
	globalUnicast = netip.MustParsePrefix("2000::/3")
)

// never is what no source lives at. The ranges are those of the IANA
// special-purpose registries
// (https://www.iana.org/assignments/iana-ipv4-special-registry,
// https://www.iana.org/assignments/iana-ipv6-special-registry), and the
// addresses at which clouds tell a machine its secrets.
var never = table("it tells a machine its own secrets (metadata service)",
	"169.254.169.254/32", "169.254.170.2/32", "168.63.129.16/32", "100.100.100.200/32",
	"192.0.0.192/32", "192.80.8.124/32", "fd00:ec2::/32", "fd00:42::42/128", "fd20:ce::/32",
).and("it is a link-local address",
	"169.254.0.0/16", "fe80::/10",
).and("it is a multicast address",
	"224.0.0.0/4", "ff00::/8",
).and("it is a reserved address",
	"0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "::/128", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32",
	"3fff::/20", "5f00::/16", "64:ff9b:1::/48", "2620:4f:8000::/48", "192.31.196.0/24", "192.52.193.0/24",
	"192.175.48.0/24",
)

// private is what the operator's own machines live at.
var private = table("it is this machine (loopback)",
	"127.0.0.0/8", "::1/128",
).and("it is a private address",
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10",
).and("it is a carrier's private address",
	"100.64.0.0/10",
).and("it is a test network",
	"198.18.0.0/15",
)

type ranges []reserved

func table(what string, prefixes ...string) ranges { return ranges{}.and(what, prefixes...) }

func (r ranges) and(what string, prefixes ...string) ranges {
	for _, p := range prefixes {
		r = append(r, reserved{prefix: netip.MustParsePrefix(p), what: what})
	}
	return r
}
