// Writes a TypeScript file for each golden file, which assigns it to the type
// that Slack's package gives it: node check.mjs GOLDEN WORK
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [golden, work] = process.argv.slice(2);
for (const name of readdirSync(golden).filter((n) => n.endsWith(".json"))) {
  const value = JSON.parse(readFileSync(join(golden, name), "utf8"));
  const [type, what] =
    value.type === "modal" ? ["ModalView", value]
    : value.type === "home" ? ["HomeView", value]
    : ["KnownBlock[]", value.blocks ?? value];
  const imported = type.replace("[]", "");
  writeFileSync(
    join(work, name.replace(".json", ".mts")),
    `import type { ${imported} } from "@slack/types";\nexport const value: ${type} = ${JSON.stringify(what, null, 1)};\n`,
  );
}
