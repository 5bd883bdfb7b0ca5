// Fails where a golden file has Markdown that is not the bot's own:
// node check.mjs GOLDEN
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kinds, tree } from "./markdown.mjs";

const ours = new Set(["text", "br", "newline", "strong", "inlineCode", "codeBlock", "channel", "role", "twemoji"]);
const [golden] = process.argv.slice(2);
let texts = 0, wrong = 0;

function look(name, text) {
  if (!text) return;
  texts++;
  const others = kinds(tree(text)).filter((k) => !ours.has(k));
  if (others.length > 0) {
    wrong++;
    console.error(`${name}: ${others.join(", ")} in ${JSON.stringify(text)}`);
  }
}

for (const file of readdirSync(golden).filter((n) => n.endsWith(".json"))) {
  const message = JSON.parse(readFileSync(join(golden, file), "utf8"));
  look(file, message.content);
  for (const e of message.embeds ?? []) {
    look(file, e.title);
    look(file, e.description);
    for (const f of e.fields ?? []) {
      look(file, f.name);
      look(file, f.value);
    }
  }
}
console.error(`discord-render: ${texts} texts read, ${wrong} with what they should not have`);
process.exit(wrong > 0 || texts === 0 ? 1 : 0);
