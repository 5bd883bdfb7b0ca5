package httpx

import (
	"fmt"
	"net/netip"
	"syscall"
)

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
// (::ffff:0:0/96), or translated by a NAT64 (RFC 6052) or 6to4 gateway.
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
	"192.0.0.192/32", "fd00:ec2::254/128", "fd20:ce::254/128",
).and("it is a link-local address",
	"169.254.0.0/16", "fe80::/10",
).and("it is a multicast address",
	"224.0.0.0/4", "ff00::/8",
).and("it is a reserved address",
	"0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "::/128", "100::/64", "2001::/23", "2001:db8::/32",
	"3fff::/20", "5f00::/16", "64:ff9b:1::/48",
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
