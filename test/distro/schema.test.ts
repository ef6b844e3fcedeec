import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Shape } from "../../src/distro/decode.js";
import { profileForm } from "../../src/distro/form.js";

const schema: Record<string, unknown> = JSON.parse(readFileSync("distros/_schema.json", "utf8"));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The JSON Schema an editor needs to say what the hand check says. */
function schemaOf(shape: Shape): Record<string, unknown> {
  switch (shape.kind) {
    case "text":
      return shape.pattern === "" ? { type: "string" } : { type: "string", pattern: shape.pattern };
    case "choice":
      return { enum: shape.of };
    case "flag":
      return { type: "boolean" };
    case "list":
      return {
        type: "array",
        items: schemaOf(shape.of),
        ...(shape.atLeast > 0 && { minItems: shape.atLeast }),
      };
    case "map":
      return {
        type: "object",
        propertyNames: { pattern: shape.keyPattern },
        additionalProperties: schemaOf(shape.of),
        ...(shape.atLeast > 0 && { minProperties: shape.atLeast }),
      };
    case "nullable":
      return { anyOf: [{ type: "null" }, schemaOf(shape.of)] };
    case "false-or":
      return { anyOf: [{ const: false }, schemaOf(shape.of)] };
    case "object":
      return {
        type: "object",
        additionalProperties: false,
        required: Object.keys(shape.keys).filter((key) => !shape.optional.includes(key)),
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, one]) => [key, schemaOf(one)])),
      };
    default:
      return shape satisfies never;
  }
}

function withoutDescriptions(value: unknown, isProperties = false): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutDescriptions(one));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isProperties || key !== "description")
      .map(([key, one]) => [key, withoutDescriptions(one, key === "properties" && !isProperties)]),
  );
}

test("distros/_schema.json and the hand check know the same keys, types and patterns", () => {
  const expected = schemaOf(profileForm.shape);
  const { like, ...properties } = isObject(schema.properties) ? schema.properties : assert.fail();
  assert.ok(isObject(like));
  assert.ok(isObject(expected.properties));
  // of boot and kdump a profile that is like another may say a part: their keys are required in the else branch
  const required: Record<string, unknown> = {};
  for (const key of ["boot", "kdump"]) {
    const part = expected.properties[key];
    assert.ok(isObject(part));
    required[key] = { required: part.required };
    delete part.required;
  }
  assert.deepEqual(withoutDescriptions(properties, true), expected.properties);
  assert.deepEqual(schema.else, { required: expected.required, properties: required });
  assert.deepEqual(schema.if, { required: ["like"] });
  assert.equal(schema.additionalProperties, false);
  assert.deepEqual(schema.required, ["id", "title", "match", "sources"]);
});

test("every key in distros/_schema.json is described", () => {
  const missing: string[] = [];
  const walk = (value: unknown, at: string) => {
    if (!isObject(value)) return;
    for (const [key, one] of Object.entries(isObject(value.properties) ? value.properties : {})) {
      const inner = isObject(one) && Array.isArray(one.anyOf) ? one.anyOf[1] : one;
      if (!isObject(inner) || typeof inner.description !== "string") missing.push(`${at}/${key}`);
      walk(inner, `${at}/${key}`);
    }
  };
  walk(schema, "");
  assert.deepEqual(missing, []);
});
