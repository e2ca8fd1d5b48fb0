import { Readable, Writable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { type Ran, runCli } from "./run-cli.ts";

const noServer = "http://127.0.0.1:1";

function runGuard(name: string, input: string | readonly (string | Uint8Array)[]): Promise<Ran> {
  const chunks = typeof input === "string" ? [input] : input;
  return runCli(noServer, ["guard", name], {
    openInput: () => Readable.from(chunks.map((chunk) => Buffer.from(chunk))),
  });
}

describe("guard", () => {
  test("pii answers each line in order with UTF-16 spans, the end exclusive", async () => {
    const lines = [
      '{"id":"a","text":"👋 ada@example.org, password hunter2!"}',
      '{"id":2,"text":"nothing"}',
      '{"id":"c","text":"card 4111 1111 1111 1111"}',
    ];
    expect(await runGuard("pii", `${lines.join("\n")}\n`)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: [
        '{"id":"a","spans":[{"start":3,"end":18,"type":"EMAIL"},{"start":29,"end":37,"type":"SECRET"}]}',
        '{"id":2,"spans":[]}',
        '{"id":"c","spans":[{"start":5,"end":24,"type":"CREDIT_CARD"}]}',
        "",
      ].join("\n"),
    });
  });

  test("secrets leaves personal data out", async () => {
    const { stdout } = await runGuard("secrets", '{"id":1,"text":"ada@example.org, DB_PASSWORD=s3cr3tP4ss"}');
    expect(stdout).toBe('{"id":1,"spans":[{"start":29,"end":39,"type":"SECRET"}]}\n');
  });

  test("takes lines that chunks cut anywhere, other members, blank lines and CRLF", async () => {
    const bytes = Buffer.from('{"id":1,"text":"é a@b.org","surface":"x"}\r\n\r\n{"id":2,"text":"a@b.org"}');
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await runGuard("pii", chunks)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout:
        '{"id":1,"spans":[{"start":2,"end":9,"type":"EMAIL"}]}\n{"id":2,"spans":[{"start":0,"end":7,"type":"EMAIL"}]}\n',
    });
  });

  test.each([
    ["no JSON", "nope", 'Line 3 is no JSON: give one {"id": …, "text": "…"} a line.\n'],
    [
      "no UTF-8",
      Uint8Array.of(0x22, 0xff, 0x22),
      'Line 3 is no JSON: give one {"id": …, "text": "…"} a line.\n',
    ],
    ["no text", '{"id":3}', /^Line 3 is not \{"id": …, "text": "…"\}: text: /],
    ["a number as text", '{"id":3,"text":4}', /^Line 3 is not \{"id": …, "text": "…"\}: text: /],
    ["no object", "[]", /^Line 3 is not \{"id": …, "text": "…"\}: /],
  ])("stops at a line with %s, names it, and keeps the answers before it", async (_what, line, message) => {
    const { exitCode, stdout, stderr } = await runGuard("pii", [
      '{"id":1,"text":"x"}\n\n',
      line,
      '\n{"id":4,"text":"x"}\n',
    ]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('{"id":1,"spans":[]}\n');
    expect(stderr).toMatch(message);
  });

  test("answers a line before it has read the next", async () => {
    let read = 0;
    const seen: number[] = [];
    async function* input(): AsyncGenerator<Buffer, undefined> {
      for (read = 1; read <= 3; read++) yield Buffer.from(`{"id":${read},"text":"x"}\n`);
    }
    const { exitCode } = await runCli(noServer, ["guard", "pii"], {
      openInput: input,
      stdout: { write: () => seen.push(read) },
    });
    expect(exitCode).toBe(0);
    expect(seen).toEqual([1, 2, 3]);
  });

  test("waits for whoever reads its answers", async () => {
    let read = 0;
    const held: (() => void)[] = [];
    const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void held.push(done) });
    async function* input(): AsyncGenerator<Buffer, undefined> {
      for (read = 1; read <= 3; read++) yield Buffer.from(`{"id":${read},"text":"x"}\n`);
    }
    const ended = runCli(noServer, ["guard", "pii"], { openInput: input, stdout: slow });
    for (const expected of [1, 2, 3]) {
      await vi.waitUntil(() => held.length === expected);
      expect(read).toBe(expected);
      held[expected - 1]?.();
    }
    expect((await ended).exitCode).toBe(0);
  });

  test("of an unknown name is refused as a mistyped command", async () => {
    expect((await runGuard("everything", "")).exitCode).toBe(2);
  });
});
