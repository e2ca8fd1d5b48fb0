import { expect, test } from "vitest";

import { assertNever } from "../../../shared/domain/assert-never.ts";

test("a case that slipped through throws and does not quote the value", () => {
  const slip = (): unknown => Reflect.apply(assertNever, undefined, ["secret"]);
  expect(slip).toThrow("A case is not handled for a value of type string; add it to the switch.");
});
