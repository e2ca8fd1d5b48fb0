// Some registry mirrors lack the binaries of other platforms. `npm install` then leaves those optional packages out of
// package-lock.json, and `npm ci` refuses such a lock file everywhere. This adds them by name, version and platform;
// their integrity is unknown until someone installs from a registry that has them. Run it after `npm install`:
//   node .ci/complete-lock.mjs
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
const added = {};

for (const [place, { optionalDependencies = {}, dev, license }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isListed(name, place)) continue;
    added[`node_modules/${name}`] = {
      version,
      ...readPlatform(name),
      ...(dev && { dev }),
      ...(license && { license }),
      optional: true,
    };
  }
}

const sorted = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => a.localeCompare(b, "en"));
lock.packages = Object.fromEntries(sorted);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${Object.keys(added).length} platform packages added to package-lock.json`);

/** Looks where Node would: in the package's own node_modules, then in those of the folders above it. */
function isListed(name, place) {
  if (lock.packages[`${place}/node_modules/${name}`.replace(/^\//, "")] !== undefined) return true;
  return place !== "" && isListed(name, place.slice(0, Math.max(0, place.lastIndexOf("/node_modules/"))));
}

/** `@oxlint/binding-linux-x64-musl` -> os linux, cpu x64, libc musl: without these npm would try to install it here. */
function readPlatform(name) {
  const os = /\b(android|darwin|freebsd|linux|openharmony|win32)\b/.exec(name)?.[1];
  const cpu = /\b(arm64|arm|ia32|ppc64|riscv64|s390x|x64)\b/.exec(name)?.[1];
  if (os === undefined || cpu === undefined)
    throw new Error(`The platform of ${name} cannot be told from its name.`);
  const libc =
    os === "linux" && (name.includes("musl") ? "musl" : name.includes("gnu") ? "glibc" : undefined);
  return { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
}
