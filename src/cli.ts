/** argv in, exit code out. Small: everything else is loaded when it is needed. */

const argv = process.argv.slice(2);

// The other end of a pipe may go away and a log's disk fill up; a change being applied must not end half-way for it.
let unsaid: NodeJS.ErrnoException | null = null;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") unsaid = error;
  });
}

async function run(): Promise<number> {
  if (argv.length === 1 && argv[0] === "--version") {
    process.stdout.write(`${KDUMP_SETUP_VERSION}\n`);
    return 0;
  }
  const { main } = await import("./commands/main.js");
  return main(argv);
}

// a failed write is told only after what was waiting for it, so the last word is had at the very end
process.on("exit", () => {
  if (unsaid === null) return;
  if (process.exitCode === 0) process.exitCode = 1;
  try {
    process.stderr.write(`kdump-setup: not all that was said could be written: ${unsaid.message}\n`);
  } catch {
    // it was standard error itself; the code tells
  }
});

run().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`kdump-setup: this is a fault of the program itself, please report it:\n${text}\n`);
    process.exitCode = 1;
  },
);
