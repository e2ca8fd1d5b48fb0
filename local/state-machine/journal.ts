import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import * as z from "zod/mini";
import { writeBranchRecord } from "./branch-record.ts";
import type { Branch, Execution, ExecutionEnd } from "./execution.ts";

const schema = `
CREATE TABLE IF NOT EXISTS engine_definitions (
  id INTEGER PRIMARY KEY,
  machine TEXT NOT NULL,
  source TEXT NOT NULL
) STRICT;
-- open is 1 while the execution runs or its end has not been told yet, then NULL.
CREATE TABLE IF NOT EXISTS engine_executions (
  id INTEGER PRIMARY KEY,
  machine TEXT NOT NULL,
  name TEXT NOT NULL,
  open INTEGER,
  definition INTEGER,
  status TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  stopped_at INTEGER,
  transitions INTEGER NOT NULL,
  input TEXT NOT NULL,
  output TEXT,
  error TEXT,
  cause TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS engine_executions_by_name ON engine_executions (machine, name);
CREATE INDEX IF NOT EXISTS engine_executions_open ON engine_executions (machine) WHERE open = 1;
CREATE TABLE IF NOT EXISTS engine_branches (
  execution INTEGER NOT NULL,
  branch INTEGER NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (execution, branch)
) STRICT, WITHOUT ROWID;
`;

const executionStatus = z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]);

const executionRow = z.object({
  id: z.number(),
  name: z.string(),
  definition: z.nullable(z.number()),
  status: executionStatus,
  started_at: z.number(),
  stopped_at: z.nullable(z.number()),
  transitions: z.number(),
  input: z.string(),
  output: z.nullable(z.string()),
  error: z.nullable(z.string()),
  cause: z.nullable(z.string()),
});

/** One execution as stored; `input` and `output` are JSON texts. */
export type ExecutionRow = z.infer<typeof executionRow>;

const branchRow = z.object({ branch: z.number(), record: z.string() });
const definitionRow = z.object({ id: z.number(), source: z.string() });

/** The tables of one machine. Every method is one transaction; a method that throws has changed nothing. */
export interface Journal {
  /** The row's id, or undefined when the name was used before. */
  insertExecution(request: {
    readonly name: string;
    readonly input: string;
    readonly startedAt: number;
  }): number | undefined;
  findExecution(name: string): ExecutionRow | undefined;
  readExecution(rowId: number): ExecutionRow | undefined;
  /** Running ones, and ended ones whose end has not been told; oldest first. */
  listOpen(): readonly ExecutionRow[];
  /** In the order of ids, so that parents come first. */
  listBranches(rowId: number): readonly z.infer<typeof branchRow>[];
  readDefinition(id: number): string | undefined;
  /** Writes what changed since the last commit, all or nothing. */
  saveChanges(execution: Execution): void;
  saveBranch(execution: Execution, branch: Branch): void;
  /** Ends the execution and forgets its branches; `untold` keeps it open until `markTold`. */
  saveEnd(execution: Execution, end: ExecutionEnd, stoppedAt: number, untold: boolean): void;
  markTold(rowId: number): void;
}

export function createJournal(database: DatabaseSync, machineName: string, source: string): Journal {
  database.exec(schema);
  const statements = prepareStatements(database);

  function transact(write: () => void): void {
    database.exec("BEGIN IMMEDIATE");
    try {
      write();
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  const definitionId = keepDefinition(statements, machineName, source);

  function upsertBranch(execution: Execution, branch: Branch): void {
    statements.saveBranch.run(execution.rowId, branch.id, writeBranchRecord(execution, branch));
  }

  return {
    insertExecution({ name, input, startedAt }) {
      const result = statements.addExecution.run(machineName, name, definitionId, startedAt, input);
      return result.changes === 0 ? undefined : Number(result.lastInsertRowid);
    },
    findExecution: (name) => parseOptional(executionRow, statements.findExecution.get(machineName, name)),
    readExecution: (rowId) => parseOptional(executionRow, statements.readExecution.get(rowId)),
    listOpen: () => statements.listOpen.all(machineName).map((row) => executionRow.parse(row)),
    listBranches: (rowId) => statements.listBranches.all(rowId).map((row) => branchRow.parse(row)),
    readDefinition: (id) => parseOptional(definitionRow, statements.readDefinition.get(id))?.source,
    saveChanges(execution) {
      const write = () => {
        for (const branch of execution.removed) statements.dropBranch.run(execution.rowId, branch.id);
        for (const branch of execution.touched) upsertBranch(execution, branch);
      };
      // One statement is a transaction by itself; most steps of a run are.
      if (execution.removed.size + execution.touched.size > 1) transact(write);
      else write();
    },
    saveBranch: upsertBranch,
    saveEnd(execution, end, stoppedAt, untold) {
      const values: readonly SQLInputValue[] = [
        untold ? 1 : null,
        end.status,
        stoppedAt,
        execution.transitions,
        end.output === undefined ? null : JSON.stringify(end.output),
        end.error ?? null,
        end.cause ?? null,
      ];
      transact(() => {
        statements.endExecution.run(...values, execution.rowId);
        statements.dropBranches.run(execution.rowId);
      });
    },
    markTold: (rowId) => void statements.closeExecution.run(rowId),
  };
}

/** Finds or stores the machine's definition, and forgets those that no running execution was started with. */
function keepDefinition(statements: Statements, machineName: string, source: string): number {
  const known = parseOptional(definitionRow, statements.findDefinition.get(machineName, source));
  const id = known?.id ?? Number(statements.addDefinition.run(machineName, source).lastInsertRowid);
  statements.pruneDefinitions.run(machineName, id);
  return id;
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const columns =
    "id, name, definition, status, started_at, stopped_at, transitions, input, output, error, cause FROM engine_executions";
  return {
    addDefinition: prepare("INSERT INTO engine_definitions (machine, source) VALUES (?, ?)"),
    findDefinition: prepare("SELECT id, source FROM engine_definitions WHERE machine = ? AND source = ?"),
    readDefinition: prepare("SELECT id, source FROM engine_definitions WHERE id = ?"),
    pruneDefinitions: prepare(
      "DELETE FROM engine_definitions WHERE machine = ? AND id <> ? AND id NOT IN (SELECT definition FROM engine_executions WHERE open = 1 AND definition IS NOT NULL)",
    ),
    addExecution: prepare(
      "INSERT INTO engine_executions (machine, name, open, definition, status, started_at, transitions, input) VALUES (?, ?, 1, ?, 'RUNNING', ?, 0, ?) ON CONFLICT DO NOTHING",
    ),
    findExecution: prepare(`SELECT ${columns} WHERE machine = ? AND name = ?`),
    readExecution: prepare(`SELECT ${columns} WHERE id = ?`),
    listOpen: prepare(`SELECT ${columns} WHERE machine = ? AND open = 1 ORDER BY id`),
    endExecution: prepare(
      "UPDATE engine_executions SET open = ?, definition = NULL, status = ?, stopped_at = ?, transitions = ?, output = ?, error = ?, cause = ? WHERE id = ?",
    ),
    closeExecution: prepare("UPDATE engine_executions SET open = NULL WHERE id = ?"),
    listBranches: prepare("SELECT branch, record FROM engine_branches WHERE execution = ? ORDER BY branch"),
    saveBranch: prepare(
      "INSERT INTO engine_branches (execution, branch, record) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
    ),
    dropBranch: prepare("DELETE FROM engine_branches WHERE execution = ? AND branch = ?"),
    dropBranches: prepare("DELETE FROM engine_branches WHERE execution = ?"),
  };
}

function parseOptional<Row>(row: z.ZodMiniType<Row>, value: unknown): Row | undefined {
  return value === undefined ? undefined : row.parse(value);
}
