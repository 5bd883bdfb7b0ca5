// Draws each golden file as a page: node render.mjs GOLDEN OUT
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import React from "react";
import { renderToStaticMarkup } from "react-dom/server";
import * as renderer from "slack-blocks-to-jsx";

const Message = renderer.Message ?? renderer.default.Message;
const require = createRequire(import.meta.url);
const css = readFileSync(require.resolve("slack-blocks-to-jsx/dist/style.css"), "utf8");
const [golden, out] = process.argv.slice(2);

const logo = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="6" fill="#1d3557"/>' +
  '<path d="M10 25h16l-2-3v-6a6 6 0 0 0-12 0v6zM16 27a2 2 0 0 0 4 0z" fill="#fff"/></svg>');

// The renderer finds emoji and marks in plain text too, which Slack shows as it
// stands: punctuation there is hidden from it in the private use area.
const hide = (text) => text.replace(/[!-/:-@[-`{-~]/g, (c) => String.fromCharCode(0xe000 + c.charCodeAt(0)));
const show = (html) => html.replace(/[\ue021-\ue07e]/g, (c) => `&#${c.charCodeAt(0) - 0xe000};`);
const hidden = (key, value) => (value?.type === "plain_text" ? { ...value, text: hide(value.text) } : value);

// It draws a select without the option chosen, which the placeholder stands for,
// and inputs differently from Slack: they are shown as sections.
const chosen = (key, value) => (value?.initial_option ? { ...value, placeholder: value.initial_option.text } : value);
const plain = (text) => ({ type: "section", text: { type: "mrkdwn", text } });
const shown = (blocks) => blocks.flatMap((b) => {
  if (b.type !== "input") return [JSON.parse(JSON.stringify(b, chosen), hidden)];
  const e = b.element;
  const value = e.initial_value ?? e.initial_option?.text.text ?? e.initial_time ?? e.placeholder?.text ?? "";
  return [plain(`*${hide(b.label.text)}*\n\`${hide(value) || " "}\``)];
});

for (const name of readdirSync(golden).filter((n) => n.endsWith(".json"))) {
  const value = JSON.parse(readFileSync(join(golden, name), "utf8"));
  const blocks = shown(value.blocks ?? value);
  const view = value.type !== undefined;
  const page = React.createElement(Message, {
    blocks, name: "Bellwether", logo, time: new Date(Date.UTC(2026, 2, 3, 9)), theme: "light", withoutWrapper: view,
    data: { channels: [{ id: "C024BE91L", name: "trade" }, { id: "C1", name: "trade" }], users: [] },
  });
  const title = value.title ? `<h1>${show(hide(value.title.text))}</h1>` : "";
  const html = `<!DOCTYPE html><meta charset="utf-8"><title>${name}</title><style>${css}
body { margin: 16px; width: 768px; font-family: Lato, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
h1 { margin: 0 0 12px; font-size: 22px; }
#slack_blocks_to_jsx .max-w-\\[600px\\] { max-width: none; }</style>
${title}${show(renderToStaticMarkup(page))}`;
  const file = join(out, name.replace(".json", ".html"));
  writeFileSync(file, html);
  writeFileSync(file.replace(".html", ".height"), String(Math.min(4000, 160 + 64 * blocks.length)));
}
