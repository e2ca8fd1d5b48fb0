import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { support } from "../../../agents/support/agent.ts";
import { type DevServer, startDev } from "../../../local/dev.ts";
import { createEventFunctions } from "../../../local/functions.ts";
import type { Ports } from "../../../local/ports.ts";
import { type Agent, defineAgent } from "../../../shared/domain/agent.ts";
import { type Answer, type Asked, sendRequest } from "../../kill/send-request.ts";
import type { PlayedSystem } from "../../kill/stories.ts";

/** The whole system in this process, whose tool `restart_service` waits in the middle until it is let go. */
export class HeldToolSystem implements PlayedSystem, AsyncDisposable {
  readonly #directory = mkdtempSync(join(tmpdir(), "countersign-held-"));
  readonly #entered = Promise.withResolvers<void>();
  readonly #held = Promise.withResolvers<void>();
  #server: DevServer | undefined;
  #ports: Ports | undefined;
  #toolRuns = 0;
  /** The tables that were written, a name for each write; of the agent's own none. */
  readonly written: string[] = [];

  static async start(): Promise<HeldToolSystem> {
    const system = new HeldToolSystem();
    system.#server = await startDev({
      port: 0,
      dataDirectory: system.#directory,
      testClock: true,
      print: () => {},
      agents: [system.#agent()],
      wrapPorts: (ports) => (system.#ports = system.#noteWrites(ports)),
    });
    return system;
  }

  get toolRuns(): number {
    return this.#toolRuns;
  }

  get ports(): Ports {
    if (this.#ports === undefined) throw new Error("The system has not started.");
    return this.#ports;
  }

  /** Resolves once the call is claimed and its tool runs. */
  async toolEntered(): Promise<void> {
    return this.#entered.promise;
  }

  letGo(): void {
    this.#held.resolve();
  }

  /** Resolves when every event has reached its function, so everything is sealed. */
  async delivered(): Promise<void> {
    await this.#server?.system.events.dispatcher.idle();
  }

  async ask<View>(person: string, asked: Asked<View>): Promise<Answer<View>> {
    if (this.#server === undefined) throw new Error("The system has not started.");
    return sendRequest(this.#server.url, person, asked);
  }

  async moveOn(): Promise<void> {}

  /** Invokes `execute-call` as the state machine would, beside whatever it does itself. */
  async executeCall(runId: string, callId: string): Promise<unknown> {
    const functions = createEventFunctions(this.ports, {
      tenant: "default",
      agents: new Map([[support.name, this.#agent()]]),
      callModel: () => Promise.reject(new Error("execute-call asks no model.")),
      defaultModel: "none",
      now: Date.now,
      log: () => {},
    });
    const payload = { tenant: "default", runId, epoch: 1, callId };
    return functions.invoke("execute-call", payload, { deadlineAt: Date.now() + 60_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    await this.#server?.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #noteWrites({ store, ...ports }: Ports): Ports {
    const write: Ports["store"]["write"] = (actions) => {
      const [first] = actions;
      if (first !== undefined && !first.key.table.startsWith("agent-")) this.written.push(first.key.table);
      return store.write(actions);
    };
    return {
      ...ports,
      store: { get: (keys) => store.get(keys), query: (range) => store.query(range), write },
    };
  }

  #agent(): Agent {
    const tools = support.tools.map((tool): Agent["tools"][number] =>
      tool.name === "restart_service"
        ? {
            ...tool,
            run: async (input, context) => {
              this.#toolRuns += 1;
              this.#entered.resolve();
              await this.#held.promise;
              return tool.run(input, context);
            },
          }
        : tool,
    );
    return defineAgent({ ...support, tools });
  }
}
