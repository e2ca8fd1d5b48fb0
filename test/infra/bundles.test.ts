import { expect, test } from "vitest";
import { bundleFunctions } from "../../bench/bundle-functions.ts";
import { machineFunctions } from "../../shared/wiring.ts";

const bundles = await bundleFunctions();

test("every function of the state machine bundles", () => {
  expect(bundles.map(({ name }) => name)).toEqual(expect.arrayContaining([...machineFunctions]));
});

test.for(bundles)("$name carries zod/mini only", ({ inputs }) => {
  expect(inputs.filter((file) => /node_modules\/zod\/v(?:3|4\/(?:classic|locales))\//.test(file))).toEqual(
    [],
  );
});

test.for(bundles)("$name imports nothing at run time: its ports come from outside", ({ imports }) => {
  expect(imports).toEqual([]);
});

test.for(bundles)("$name is made of its own, shared and agents' sources", ({ inputs }) => {
  const own = inputs.filter((file) => !file.includes("node_modules/"));
  expect(own.filter((file) => !/^(?:functions|shared|agents)\//.test(file))).toEqual([]);
});
