/** What the tests use of `node:test` of Node 20, where they run, and @types/node 16 does not know. */
import "node:test";

declare module "node:test" {
  interface TestContext {
    /** runs when the test has ended, however it ended; the last one given runs last */
    after(fn: () => void | Promise<void>): void;
    readonly name: string;
  }
}
