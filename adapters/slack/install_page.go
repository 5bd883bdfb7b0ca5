package slack

import (
	"html/template"
	"net/http"
)

// installPage is what the browser shows at the end of an installation.
type installPage struct {
	Title    string
	Text     string
	Missing  []string // scopes that were not given
	Link     string
	LinkText string
}

// page is without scripts, pictures and addresses of others.
var page = template.Must(template.New("install").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
body { font: 18px/1.5 system-ui, sans-serif; max-width: 32em; margin: 15vh auto; padding: 0 1em; color: #1d2733; }
h1 { font-size: 1.5em; }
a { display: inline-block; margin-top: 1em; padding: .5em 1em; border-radius: .4em; background: #1d3557; color: #fff; text-decoration: none; }
code { background: #eef1f4; padding: 0 .3em; }
</style>
</head>
<body>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{if .Missing}}<p>Some permissions were not given, so some things won't work:{{range .Missing}} <code>{{.}}</code>{{end}}</p>{{end}}
<p><a href="{{.Link}}">{{.LinkText}}</a></p>
</body>
</html>
`))

func show(w http.ResponseWriter, status int, p installPage) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address holds a code
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_ = page.Execute(w, p) // whoever hung up does not see it
}
