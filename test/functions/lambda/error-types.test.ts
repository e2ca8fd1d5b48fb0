import { expect, test } from "vitest";
import * as errors from "../../../shared/domain/errors.ts";

type ErrorClass = new (message: string) => errors.CountersignError;

const classes = Object.entries(errors).flatMap(([name, value]): readonly [string, ErrorClass][] =>
  typeof value === "function" && value.prototype instanceof errors.CountersignError
    ? [[name, value as ErrorClass]]
    : [],
);

// Lambda answers `name` as errorType; a minified bundle has other names for the classes themselves.
test.for(classes)("%s leaves a function under that name", ([name, ErrorClass]) => {
  const error = new ErrorClass("What failed, and what to do next.");
  expect(error.name).toBe(name);
  expect(Object.hasOwn(error, "name")).toBe(true);
});

test("every name that the state machine may match is an error of ours", () => {
  expect(classes.map(([name]) => name)).toEqual(expect.arrayContaining([...errors.machineErrorNames]));
});
