// Discord's Markdown, read by discord-markdown-parser.
import parser from "discord-markdown-parser";

const parse = parser.parse ?? parser.default.parse;

export const tree = (text) => parse(text, "extended");

const flat = (content) => (Array.isArray(content) ? content.map(flat).join("") : content?.content !== undefined ? flat(content.content) : String(content ?? ""));

// plain is what is read of text, without marks.
export const plain = (text) => flat(tree(text));

// kinds are those of the elements in it.
export function kinds(nodes) {
  return nodes.flatMap((n) => [n.type, ...(Array.isArray(n.content) ? kinds(n.content) : [])]);
}

const safe = (s) => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

// html draws it with the elements of the page.
export function html(nodes) {
  return nodes.map((n) => {
    const inner = () => (Array.isArray(n.content) ? html(n.content) : safe(String(n.content ?? "")));
    switch (n.type) {
      case "text": return inner();
      case "twemoji": return safe(n.name ?? inner());
      case "br": case "newline": return "<br>";
      case "strong": return `<strong>${inner()}</strong>`;
      case "em": return `<em>${inner()}</em>`;
      case "underline": return `<u>${inner()}</u>`;
      case "subtext": return `<discord-subscript>${inner()}</discord-subscript>`;
      case "inlineCode": return `<code>${safe(n.content)}</code>`;
      case "codeBlock": return `<pre>${safe(n.content)}</pre>`;
      case "channel": return `<discord-mention type="channel">trade-news</discord-mention>`;
      case "role": return `<discord-mention type="role">newsdesk</discord-mention>`;
      default: return `<b style="color:red">${n.type}!</b>${safe(JSON.stringify(n))}`;
    }
  }).join("");
}
