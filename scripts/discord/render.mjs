// Draws each golden file as a page: node render.mjs GOLDEN OUT
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { html, plain, tree } from "./markdown.mjs";

const [golden, out] = process.argv.slice(2);
const logo = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" fill="#1d3557"/>' +
  '<path d="M10 25h16l-2-3v-6a6 6 0 0 0-12 0v6zM16 27a2 2 0 0 0 4 0z" fill="#fff"/></svg>');

const safe = (s) => String(s).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const marked = (s) => html(tree(s));
const styles = { 1: "primary", 2: "secondary", 3: "success", 4: "destructive" };

// Discord shows the reader's own time and "Today at"; here it is the date in UTC.
const stamp = (t) => new Date(t).toISOString().slice(0, 16).replace("T", " ");

function embed(e) {
  const attributes = [`slot="embeds"`, `color="#${(e.color ?? 0).toString(16).padStart(6, "0")}"`];
  if (e.title) attributes.push(`embed-title="${safe(plain(e.title))}"`);
  if (e.url) attributes.push(`url="${safe(e.url)}"`);
  if (e.author) attributes.push(`author-name="${safe(e.author.name)}"`);
  const fields = (e.fields ?? []).map((f) =>
    `<discord-embed-field field-title="${safe(plain(f.name))}"${f.inline ? " inline" : ""}>${marked(f.value)}</discord-embed-field>`);
  const foot = [e.footer?.text, e.timestamp && stamp(e.timestamp)].filter(Boolean).join(" • ");
  return `<discord-embed ${attributes.join(" ")}>` +
    (e.description ? `<discord-embed-description slot="description">${marked(e.description)}</discord-embed-description>` : "") +
    (fields.length > 0 ? `<discord-embed-fields slot="fields">${fields.join("")}</discord-embed-fields>` : "") +
    (foot ? `<discord-embed-footer slot="footer">${safe(foot)}</discord-embed-footer>` : "") + "</discord-embed>";
}

function component(c) {
  if (c.type === 2) return `<discord-button type="${styles[c.style]}">${safe(c.label)}</discord-button>`;
  const options = c.options.map((o) =>
    `<discord-string-select-menu-option label="${safe(o.label)}" description="${safe(o.description ?? "")}"></discord-string-select-menu-option>`);
  return `<discord-string-select-menu placeholder="${safe(c.placeholder)}">${options.join("")}</discord-string-select-menu>`;
}

const rows = (all) => (all ?? []).map((r) => `<discord-action-row>${r.components.map(component).join("")}</discord-action-row>`).join("");

function message(m) {
  const components = rows(m.components);
  return `<discord-message author="Bellwether" avatar="${logo}" bot timestamp="Today at 09:00" role-color="#e5e7eb">` +
    (m.content ? marked(m.content) : "") + (m.embeds ?? []).map(embed).join("") +
    (components ? `<discord-attachments slot="components">${components}</discord-attachments>` : "") + "</discord-message>";
}

// The options of a menu are only seen when it is open: they have a picture of
// their own.
function opened(m) {
  const menus = (m.components ?? []).flatMap((r) => r.components).filter((c) => c.type === 3);
  return menus.map((c) => `<ol class="opened">${c.options.map((o) => `<li>${safe(o.label)}<small>${safe(o.description ?? "")}</small></li>`).join("")}</ol>`).join("");
}

function modal(m) {
  const inputs = m.components.flatMap((r) => r.components).map((i) =>
    `<label>${safe(i.label)}${i.required ? " *" : ""}</label><div class="${i.style === 2 ? "tall" : ""}">${i.value ? safe(i.value) : `<i>${safe(i.placeholder)}</i>`}</div>`);
  return `<form class="modal"><h1>${safe(m.title)}</h1>${inputs.join("")}</form>`;
}

const css = `body { margin: 0; background: #313338; font-family: "gg sans", "Noto Sans", "Noto Sans CJK SC", sans-serif; }
code, pre { background: #1e1f22; border-radius: 4px; padding: 1px 4px; font-size: 85%; } pre { padding: 7px; margin: 6px 0 0; white-space: pre-wrap; }
section { padding: 8px 0 16px; }
.opened { color: #dbdee1; background: #2b2d31; border-radius: 4px; margin: 4px 16px; width: 420px; font-size: 14px; }
.opened small { display: block; color: #949ba4; }
h2 { color: #f2f3f5; margin: 8px 16px; }
.modal { width: 440px; margin: 16px auto; padding: 16px; background: #242429; border-radius: 8px; color: #dbdee1; }
.modal h1 { font-size: 20px; margin: 0 0 16px; } .modal label { display: block; font-weight: 600; margin: 12px 0 6px; }
.modal div { background: #1e1f22; border-radius: 4px; padding: 10px; white-space: pre-wrap; } .modal .tall { min-height: 90px; } .modal i { color: #80848e; font-style: normal; }`;

const page = (body, script = "") => `<!DOCTYPE html><meta charset="utf-8"><style>${css}</style><script defer src="components.js"></script>${body}${script}`;

const sections = [];
function draw(name, body) {
  const section = `<section id="${name}">${body}</section>`;
  writeFileSync(join(out, `${name}.html`), page(section));
  sections.push(section);
}

for (const file of readdirSync(golden).filter((n) => n.endsWith(".json"))) {
  const m = JSON.parse(readFileSync(join(golden, file), "utf8"));
  const name = file.replace(".json", "");
  if (m.custom_id && !m.embeds?.length) {
    draw(name, modal(m));
    continue;
  }
  const post = m.thread_name ? `<h2>${safe(m.thread_name)}</h2>` : "";
  draw(name, `${post}<discord-messages>${message(m)}</discord-messages>`);
  if (opened(m)) draw(`${name}-menu`, opened(m));
}

// What is in "all" is measured there, so that each picture is as high as it must be.
writeFileSync(join(out, "all.html"), page(sections.join("\n"), `<script>
addEventListener("load", () => setTimeout(() => {
  document.body.dataset.heights = [...document.querySelectorAll("section")].map((s) => s.id + "=" + Math.max(160, Math.ceil(s.getBoundingClientRect().height))).join(" ");
}, 1000));
</script>`));
