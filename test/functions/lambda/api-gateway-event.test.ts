import { describe, expect, test } from "vitest";
import {
  type HttpEvent,
  httpEventSchema,
  toRequest,
  toResult,
} from "../../../functions/lambda/api-gateway-event.ts";

type Change = Partial<Omit<HttpEvent, "requestContext" | "version">> & { readonly method?: "GET" | "POST" };

/** An event as API Gateway sends it, with what nobody reads left in. */
function eventOf({ method = "POST", ...change }: Change): unknown {
  return {
    version: "2.0",
    routeKey: "POST /runs/{run}/cancel",
    rawPath: "/runs/run_1/cancel",
    rawQueryString: "",
    cookies: ["session=1", "theme=dark"],
    headers: { host: "abc.execute-api.us-east-1.amazonaws.com", "content-type": "application/json" },
    requestContext: {
      accountId: "111122223333",
      domainName: "abc.execute-api.us-east-1.amazonaws.com",
      http: { method, path: "/other", protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "curl" },
      stage: "$default",
    },
    pathParameters: { run: "run_2" },
    isBase64Encoded: false,
    ...change,
  };
}

function requestOf(change: Change): Request {
  return toRequest(httpEventSchema.parse(eventOf(change)));
}

describe("a request", () => {
  test("has the method and the raw path, whatever other fields say", () => {
    const request = requestOf({});
    expect(request.method).toBe("POST");
    expect(new URL(request.url).pathname).toBe("/runs/run_1/cancel");
  });

  test("keeps a parameter that was given twice, as it was escaped", () => {
    const request = requestOf({ method: "GET", rawQueryString: "status=running&status=paused&text=a%26b+c" });
    expect([...new URL(request.url).searchParams]).toEqual([
      ["status", "running"],
      ["status", "paused"],
      ["text", "a&b c"],
    ]);
  });

  test.for([
    ["a question mark", "/runs/run_1?wait=20", "/runs/run_1%3Fwait%3D20"],
    ["a hash", "/runs/run_1#x", "/runs/run_1%23x"],
    ["a space and a letter beyond ASCII", "/runs/ä b", "/runs/%C3%A4%20b"],
    ["an escape that was left", "/runs/%253F", "/runs/%25253F"],
    ["two slashes at the start", "//other.example/runs", "//other.example/runs"],
    ["half a surrogate pair", "/runs/\ud800", "/runs/%EF%BF%BD"],
  ] as const)("with %s in its decoded path has no other query and host", ([, rawPath, pathname]) => {
    const url = new URL(requestOf({ method: "GET", rawPath, rawQueryString: "limit=5" }).url);
    expect(url.host).toBe("api.invalid");
    expect(url.pathname).toBe(pathname);
    expect(url.search).toBe("?limit=5");
    expect(url.hash).toBe("");
  });

  test("does not let a hash in its query end it", () => {
    expect(new URL(requestOf({ rawQueryString: "text=a#b" }).url).search).toBe("?text=a%23b");
  });

  test("finds headers in any case and keeps those sent twice as one text", () => {
    const { headers } = requestOf({
      headers: { authorization: "Bearer a,Bearer b", "Idempotency-Key": "key 1" },
    });
    expect(headers.get("Authorization")).toBe("Bearer a,Bearer b");
    expect(headers.get("idempotency-key")).toBe("key 1");
  });

  test("shows a header beyond ASCII byte by byte, as Node's server does", () => {
    expect(requestOf({ headers: { "x-name": "€" } }).headers.get("x-name")).toBe("\u00e2\u0082\u00ac");
  });

  test("has no cookies, wherever they stood", () => {
    const { headers } = requestOf({ headers: { Cookie: "session=1", accept: "*/*" } });
    expect([...headers]).toEqual([["accept", "*/*"]]);
  });

  test("has the bytes of a text body", async () => {
    expect(await requestOf({ body: '{"text":"ä"}' }).bytes()).toEqual(
      new Uint8Array(Buffer.from('{"text":"ä"}')),
    );
  });

  test("has the bytes of a Base64 body, also those that are no text", async () => {
    const request = requestOf({ body: "eyJhIjoi/yJ9", isBase64Encoded: true });
    expect([...(await request.bytes())]).toEqual([123, 34, 97, 34, 58, 34, 255, 34, 125]);
  });

  test("without a body is empty", async () => {
    expect(await requestOf({}).bytes()).toEqual(new Uint8Array());
  });

  test("that only reads has no body, also when one was sent", async () => {
    expect(requestOf({ method: "GET", body: "{}" }).body).toBeNull();
  });
});

describe("an event", () => {
  test.for([
    ["of the payload format 1.0", { version: "1.0" }],
    ["of a method without routes", { requestContext: { http: { method: "DELETE" } } }],
    ["without a path", { rawPath: "" }],
    ["whose headers are lists", { headers: { accept: ["*/*"] } }],
  ] as const)("%s is refused", ([, change]) => {
    const event = { ...(eventOf({}) as object), ...change };
    expect(httpEventSchema.safeParse(event).success).toBe(false);
  });
});

describe("an answer", () => {
  test("keeps status, headers and text", async () => {
    const response = new Response('{"status":"ok"}', {
      status: 202,
      headers: { "Content-Type": "application/json", Location: "/runs/run_1", "Cache-Control": "no-store" },
    });
    expect(await toResult(response)).toEqual({
      statusCode: 202,
      headers: { "content-type": "application/json", location: "/runs/run_1", "cache-control": "no-store" },
      body: '{"status":"ok"}',
      isBase64Encoded: false,
    });
  });

  test("of bytes travels as base64", async () => {
    const headers = { "content-type": "application/octet-stream" };
    const result = await toResult(new Response(Uint8Array.of(0, 255, 128, 10), { headers }));
    expect(result).toEqual({ statusCode: 200, headers, body: "AP+ACg==", isBase64Encoded: true });
  });

  test("of a challenge keeps the challenge", async () => {
    const headers = { "www-authenticate": 'Bearer error="insufficient_scope"' };
    const { statusCode, headers: sent } = await toResult(new Response("{}", { status: 403, headers }));
    expect(statusCode).toBe(403);
    expect(sent?.["www-authenticate"]).toBe('Bearer error="insufficient_scope"');
  });

  test.for([
    ["plain letters", "a".repeat(6_000_000)],
    ["quotes, which grow on their way", '"'.repeat(3_000_000)],
    ["letters of three bytes", "€".repeat(2_000_000)],
  ] as const)("beyond what Lambda hands over becomes a problem that says so: %s", async ([, body]) => {
    const result = await toResult(new Response(body, { headers: { "content-type": "application/json" } }));
    expect(result.statusCode).toBe(413);
    expect(result.headers?.["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(result.body ?? "")).toEqual({
      type: "urn:countersign:problem:too_large",
      title: "Too large",
      status: 413,
      detail: "The answer is larger than 6 MB: ask for fewer items with limit.",
      code: "too_large",
    });
  });

  test("just below it is handed over", async () => {
    const result = await toResult(new Response("a".repeat(5_999_990)));
    expect(result.statusCode).toBe(200);
    expect(result.body).toHaveLength(5_999_990);
  });
});
