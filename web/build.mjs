// Bundles the shell, the style sheet and every island into ../static with hashed names, and writes the manifest that the
// templates read. An island is one file of islands/; nothing else lists it.
import { build } from "esbuild";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const islands = (await readdir(join(here, "islands"))).filter((file) => file.endsWith(".js")).sort();

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

/** FEEL's colours come from a library that knows each theme, but not one that changes: in the dark they are brightened. */
const feelColours = {
  name: "feel-colours",
  setup: ({ onLoad }) =>
    onLoad({ filter: /cm-theme\/dist\/index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/(color|foreground): '(#\w+)'/g, "$1: 'light-dark($2, oklch(from $2 0.8 c h))'"),
    })),
};

const result = await build({
  absWorkingDir: here,
  entryPoints: ["main.js", "style.css", ...islands.map((file) => `islands/${file}`)],
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  loader: { ".woff": "file", ".woff2": "file", ".ttf": "file", ".eot": "file", ".svg": "file" },
  external: ["/static/*"],
  plugins: [feelColours],
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
});

const manifest = { main: {}, style: {}, islands: {} };
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  if (!output.entryPoint) continue;
  const name = basename(output.entryPoint).replace(/\.(js|css)$/, "");
  const files = { [output.entryPoint.endsWith(".css") ? "css" : "js"]: basename(path) };
  if (output.cssBundle) files.css = basename(output.cssBundle);
  if (output.entryPoint.startsWith("islands/")) manifest.islands[name] = files;
  else manifest[name] = files;
}
// Its address must stay: browsers look there for a newer one.
await copyFile(join(here, "push", "service-worker.js"), join(out, "service-worker.js"));
await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`static/: shell and ${islands.length} islands`);
