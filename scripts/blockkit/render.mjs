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

// The renderer knows messages; inputs of modals are shown as sections.
const plain = (text) => ({ type: "section", text: { type: "mrkdwn", text } });
const shown = (blocks) => blocks.flatMap((b) => {
  if (b.type !== "input") return [b];
  const e = b.element;
  const value = e.initial_value ?? e.initial_option?.text.text ?? e.initial_time ?? e.placeholder?.text ?? "";
  return [plain(`*${b.label.text}*\n\`${value || " "}\``)];
});

for (const name of readdirSync(golden).filter((n) => n.endsWith(".json"))) {
  const value = JSON.parse(readFileSync(join(golden, name), "utf8"));
  const blocks = shown(value.blocks ?? value);
  const title = value.title?.text ?? "Bellwether";
  const page = React.createElement(Message, {
    blocks, name: title, logo, time: new Date(Date.UTC(2026, 2, 3, 9)), theme: "light",
    data: { channels: [{ id: "C024BE91L", name: "trade" }, { id: "C1", name: "trade" }], users: [] },
  });
  const html = `<!DOCTYPE html><meta charset="utf-8"><title>${name}</title><style>${css}
body { margin: 16px; width: 740px; font-family: Lato, "Noto Sans", "Noto Sans CJK SC", sans-serif; }</style>
${renderToStaticMarkup(page)}`;
  const file = join(out, name.replace(".json", ".html"));
  writeFileSync(file, html);
  writeFileSync(file.replace(".html", ".height"), String(Math.min(4000, 160 + 64 * blocks.length)));
}
