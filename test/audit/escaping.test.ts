import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Report } from "../../src/audit/audit.js";
import { fail, pass, skipped, unknown } from "../../src/audit/check.js";
import type { FormatName } from "../../src/audit/formats/formats.js";
import { escaped } from "../../src/audit/formats/markup.js";
import { plainLine } from "../../src/audit/formats/plain.js";
import { render } from "../../src/audit/formats/render.js";

/** Whatever stands in a value, it adds nothing to the form of a document: as many tags, rows and lines as with "x". */

/** Any 16-bit units, halves of pairs included: what a file's name or a host's may hold. */
const anyText = fc
  .array(
    fc.oneof(
      { arbitrary: fc.constantFrom(..."<>&\"'`=+-@,;\\\n\r\t\0\u001b\u202e\u2028]{}#|/ ax"), weight: 3 },
      { arbitrary: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), weight: 1 },
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

function report(text: string): Report {
  const place = { path: `/${text}`, line: 3 };
  const checks = [
    fail("dump.level", { actual: text, evidence: text, fix: text, place, expected: text }),
    unknown("dump.space", { reason: text, evidence: text, fix: text }),
    skipped("dump.last", { reason: text, evidence: `/${text}` }),
    pass("dump.target", { actual: text, evidence: text, place }),
  ];
  return {
    host: { arch: text, kernel: text, ramBytes: 1, machineId: text, hostname: text },
    title: text,
    hostname: text,
    policy: text,
    checks: checks.map((check) => ({ ...check, references: [text] })),
    counts: { pass: 1, fail: 1, unknown: 1, skipped: 1 },
    compliant: false,
    reservedBytes: null,
    loaded: null,
    version: text,
    checkedAt: "2026-11-24T12:00:00Z",
  };
}

const written = (text: string, format: FormatName) => render(report(text), format) ?? "";
const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0;

for (const format of ["html", "junit"] as const) {
  test(`${format}: no value makes a tag, an attribute or an entity`, () => {
    // the page's own: where a path may be cut, and around an option, which may not
    const own = /<wbr>|<span class="option">-[\w-]+<\/span>/g;
    const page = (text: string) => written(text, format).replace(own, "");
    const [tags, lines] = [count(page("x"), /</g), count(page("x"), /\n/g)];
    fc.assert(
      fc.property(anyText, (text) => {
        const document = page(text);
        assert.equal(count(document, /</g), tags);
        assert.equal(count(document, /\n/g), lines);
        assert.doesNotMatch(document, /&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });
}

test("csv: no value makes a row or a cell, and none begins like a formula", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const rows = written(text, "csv").split("\r\n");
      assert.equal(rows.length, 6);
      for (const row of rows.slice(1, 5)) {
        const cells = row
          .replace(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replace(/,/g, ";"))
          .split(",");
        assert.equal(cells.length, 16, row);
        for (const cell of cells) assert.doesNotMatch(cell, /^\s*[=+\-@]/);
      }
    }),
  );
});

test("prometheus: no value makes a sample or ends a label", () => {
  const lines = count(written("x", "prometheus"), /\n/g);
  fc.assert(
    fc.property(anyText, (text) => {
      const document = written(text, "prometheus");
      assert.equal(count(document, /\n/g), lines);
      for (const line of document.trimEnd().split("\n"))
        assert.match(
          line,
          /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="(?:[^"\\]|\\["\\])*",?)+\})? [\d.]+)$/,
        );
    }),
  );
});

test("sarif: any value is a string of the document, and any path a URI", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const [ran] = JSON.parse(written(text, "sarif")).runs;
      assert.equal(ran.results.length, 4);
      for (const { locations } of ran.results)
        for (const { physicalLocation } of locations ?? [])
          assert.match(physicalLocation.artifactLocation.uri, /^[A-Za-z0-9\-._~!*'()%/]*$/);
    }),
  );
});

test("a plain line stays as it is, and what is plain already is not changed again", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const once = plainLine(text);
      assert.equal(plainLine(once), once);
      assert.doesNotMatch(once, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      assert.doesNotMatch(escaped(text), /[<>"']/);
      assert.equal(Buffer.from(once, "utf8").toString("utf8"), once, "it has a UTF-8");
    }),
  );
  assert.equal(plainLine("crashkernel=256M é ü 漢 😀"), "crashkernel=256M é ü 漢 😀");
});
