package alerts

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// tracking are query parameters that tell who passed a link on, or in what
// form a page is shown, and not what it holds. Those that could also name what
// is shown (id, p, story, cid, …) are not among them.
var tracking = set(`
	_branch_match_id _ga _gl _hsenc _hsmi _openstat _r _sp
	__hsfp __hssc __hstc __s __twitter_impression
	amp amp_gsa amp_js_v asgtbndr awc
	bsft_clkid bsft_uid
	cmp cmpid cmp_id cn-reloaded cvid cx_testid cx_testvariant
	dclid dicbo
	ef_id emc epik
	fbclid feedname feedtype fsrc ftag ftcamp
	gbraid gclid gclsrc gad_source gad_campaignid guccounter guce_referrer guce_referrer_sig
	hsctatracking
	icid icmp igsh igshid intcmp int_source iesrc ir_clickid irclickid irgwc itid
	jsessionid
	leadsource li_fat_id link_location
	mbid mc_cid mc_eid mkevt mkt_tok mkwid ml_subscriber ml_subscriber_hash msclkid
	ncid ndclid nr_email_referer
	ocid oft_id
	phpsessid pinned_post_locator pinned_post_type piwik_campaign
	rb_clickid referringsource replytocom rss rpc
	s_cid s_kwcid sc_cid scid sharetype si_src smid smtyp soc_src soc_trk spm sr_share sref srnd srsltid sscid syclid
	taid tblci trk ttclid twclid
	ueid unlocked_article_code usqp
	vero_conv vero_id
	wbraid wpisrc wpmm
	xtor
	yclid ymclid zanpid`)

// trackingPrefixes begin the names of whole families: Google's and Matomo's
// campaigns, AT Internet, Comscore, Webtrekk, Eloqua, Google's and Facebook's
// clicks.
var trackingPrefixes = []string{
	"utm_", "utm-", "at_", "ns_", "itm_", "mtm_", "pk_campaign", "pk_kwd", "pk_keyword", "pk_source", "pk_medium", "pk_content",
	"hsa_", "oly_", "wt_", "wt.", "elq", "gaa_", "ga_", "fb_", "stm_", "trk_", "aspsessionid", "mpshare", "sharer_",
}

// channels are values that say over what a link was passed on. A parameter of
// passing that has one tracks; with another value it may name what is shown.
var (
	passing  = set("campaign channel cid feature from link mod medium origin partner ref referer referrer share source src via xtref outputtype output")
	channels = set(`
	amp app atom bluesky copy copylink email emailshare facebook fb feed feeds hp homepage instagram ios android linkedin mail
	mastodon messenger newsletter nl reddit rss rss1 rss2 rss_feed rssfeed rss-feed share sharing social socialshare t.co
	telegram threads tw twitter wechat weibo whatsapp x youtube timeline singlemessage groupmessage`)
)

// hostTracking are parameters that track at one publisher, by its domain.
var hostTracking = map[string]map[string]bool{
	"barrons.com":        set("mod reflink st siteid"),
	"bbc.co.uk":          set("intlink_from_url"),
	"bbc.com":            set("intlink_from_url"),
	"bloomberg.com":      set("cmpid in_source"),
	"cnn.com":            set("cid eref hpt iref sr"),
	"marketwatch.com":    set("mod reflink siteid st"),
	"mp.weixin.qq.com":   set("chksm from isappinstalled mpshare scene sessionid srcid subscene timestamp clicktime enterid ascene devicetype version lang nettype abtest_cookie exportkey pass_ticket wx_header"),
	"nytimes.com":        set("campaign_id instance_id module nl partner pgtype regi_id region searchresultposition segment_id te user_id"),
	"politico.com":       set("cid lo nid nlid nname nrid"),
	"politico.eu":        set("cid"),
	"reuters.com":        set("il virtualbrandchannel"),
	"twitter.com":        set("s t"),
	"washingtonpost.com": set("nid pwapi_token"),
	"wsj.com":            set("mod reflink st"),
	"x.com":              set("s t"),
	"youtube.com":        set("si feature pp"),
}

func set(list string) map[string]bool {
	out := make(map[string]bool)
	for n := range strings.FieldsSeq(list) {
		out[n] = true
	}
	return out
}

// tracks tells whether a parameter, in lower case, says nothing of what is
// shown.
func tracks(host, name, value string) bool {
	if tracking[name] || passing[name] && channels[value] {
		return true
	}
	if slices.ContainsFunc(trackingPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
		return true
	}
	for domain := host; domain != ""; _, domain, _ = strings.Cut(domain, ".") {
		if hostTracking[domain][name] {
			return true
		}
	}
	return false
}

// redirectors carry the address that they lead to in a parameter: by host and
// path, the parameters' names.
var redirectors = map[string][]string{
	"google.com/url":                   {"q", "url"},
	"news.google.com/news/url":         {"url"},
	"bing.com/news/apiclick.aspx":      {"url"},
	"l.facebook.com/l.php":             {"u"},
	"lm.facebook.com/l.php":            {"u"},
	"l.instagram.com":                  {"u"},
	"out.reddit.com":                   {"url"},
	"duckduckgo.com/l":                 {"uddg"},
	"slack-redir.net/link":             {"url"},
	"t.umblr.com/redirect":             {"z"},
	"vk.com/away.php":                  {"to"},
	"youtube.com/redirect":             {"q"},
	"linkedin.com/redir/redirect":      {"url"},
	"linkedin.com/safety/go":           {"url"},
	"disq.us/url":                      {"url"},
	"safelinks.protection.outlook.com": {"url"},
	"link.zhihu.com":                   {"target"},
	"getpocket.com/redirect":           {"url"},
	"href.li":                          nil, // the whole query is the address
	"anonym.to":                        nil,
}

// unwrap gives the address that a redirector or a copy of AMP's was made of;
// empty for any other address.
func unwrap(u *url.URL) string {
	host, p := canonicalHost(u.Hostname()), strings.TrimSuffix(path.Clean("/"+plainEscapes(u.EscapedPath())), "/")
	if target := ampCopy(host, p); target != "" {
		if u.RawQuery != "" {
			target += "?" + u.RawQuery
		}
		return target
	}
	if strings.HasSuffix(host, ".safelinks.protection.outlook.com") {
		host = "safelinks.protection.outlook.com"
	}
	if strings.HasPrefix(host, "google.") { // google.de, google.co.uk
		host = "google.com"
	}
	parameters, ok := redirectors[host+p]
	if !ok {
		return ""
	}
	if parameters == nil {
		return u.RawQuery
	}
	given := u.Query()
	for _, name := range parameters {
		if target := given.Get(name); target != "" {
			return strings.TrimSpace(target)
		}
	}
	return ""
}

// ampCopy gives the address that a copy in Google's viewer
// (google.com/amp/s/HOST/PATH) or in the AMP cache was made of
// (https://developers.google.com/amp/cache/overview#amp-cache-url-format).
func ampCopy(host, p string) string {
	var rest string
	switch {
	case strings.HasPrefix(host, "google.") && strings.HasPrefix(p, "/amp/"):
		rest = p[len("/amp/"):]
	case host == "cdn.ampproject.org", strings.HasSuffix(host, ".cdn.ampproject.org"):
		kind, after, ok := strings.Cut(strings.TrimPrefix(p, "/"), "/")
		if !ok || kind != "c" && kind != "v" && kind != "wp" {
			return ""
		}
		rest = after
	default:
		return ""
	}
	scheme := "http://"
	if after, secure := strings.CutPrefix(rest, "s/"); secure {
		scheme, rest = "https://", after
	}
	if first, _, _ := strings.Cut(rest, "/"); !strings.Contains(first, ".") {
		return ""
	}
	return scheme + rest
}
