import { createTokenSeal } from "../../../../shared/adapters/sqlite/token-seal.ts";
import { describeTokenSealContract } from "../../../contract/token-seal-contract.ts";

describeTokenSealContract("a key file", async () => {
  const { seal, open } = createTokenSeal(new Uint8Array(32).fill(7));
  const { open: openElsewhere } = createTokenSeal(new Uint8Array(32).fill(8));
  return { seal, open, openElsewhere };
});
