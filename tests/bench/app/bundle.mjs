// node bundle.mjs OUT: each peer as a page of its own in OUT, bundled and minified for production, as its users would.
//
// Called with the folder where npm put the peers as the working folder; esbuild and sass come from there too.

import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const packages = resolve("node_modules");
const require = createRequire(join(packages, "x.js"));
const esbuild = require("esbuild");
const sass = require("sass");
const out = resolve(process.argv[2]);

/** enketo-core names parts of itself that whoever uses it may replace. */
function enketoParts() {
  const folder = join(packages, "enketo-core");
  const { browser } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.fromEntries(Object.entries(browser).map(([name, path]) => [name, join(folder, path).replace(/(\.js)?$/, ".js")]));
}

async function bundle(name, more = {}) {
  await esbuild.build({
    entryPoints: [join(here, `${name}.js`)],
    outdir: join(out, name),
    nodePaths: [packages],
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "chrome109",
    define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
    loader: { ".woff": "file", ".woff2": "file", ".ttf": "file", ".eot": "file", ".svg": "file", ".png": "file" },
    logLevel: "warning",
    ...more,
  });
}

function page(name, styles) {
  const html = readFileSync(join(here, "page.html"), "utf8").replaceAll("NAME", name).replace("STYLES", styles);
  writeFileSync(join(out, name, "index.html"), html);
}

await bundle("odk");
page("odk", "");
await bundle("bare");
page("bare", "");
await bundle("surveyjs");
page("surveyjs", '<link rel="stylesheet" href="surveyjs.css">');
await bundle("enketo", { alias: enketoParts() });
const theme = join(packages, "enketo-core/src/sass/formhub/formhub.scss");
const style = sass.compile(theme, { style: "compressed", silenceDeprecations: ["import", "global-builtin", "color-functions", "slash-div", "mixed-decls", "legacy-js-api"], quietDeps: true, logger: sass.Logger.silent, importers: [nodeModules()] });
writeFileSync(join(out, "enketo/enketo.css"), style.css);
writeFileSync(join(out, "enketo/index.html"), readFileSync(join(here, "enketo.html")));
await bundle("enketo-transform", { external: ["libxslt"] });
page("enketo-transform", "");

/** `~package/file`, or a path that begins in node_modules. */
function nodeModules() {
  return {
    findFileUrl(url) {
      const at = url.replace(/^~/, "").split("node_modules/").pop();
      return url.startsWith("~") || url.includes("node_modules/") ? pathToFileURL(join(packages, at)) : null;
    },
  };
}
