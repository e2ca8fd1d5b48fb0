import { openDatabase } from "../../../../shared/adapters/sqlite/database.ts";

// Run as a process of its own: opens the database named on the command line and says how that went.
const [, , path = ""] = process.argv;
try {
  openDatabase(path).close();
  console.log("opened");
} catch (error) {
  console.log(error instanceof Error ? error.message : "unknown");
}
