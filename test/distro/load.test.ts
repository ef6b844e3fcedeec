import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { loadProfiles } from "../../src/distro/load.js";
import type { Profile } from "../../src/distro/profile.js";
import { ProfileError } from "../../src/errors.js";

const texts = Object.fromEntries(
  readdirSync("distros")
    .filter((name) => name.endsWith(".json") && !name.startsWith("_"))
    .map((name) => [name, readFileSync(`distros/${name}`, "utf8")]),
);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonMap = { [key: string]: Json };
const isMap = (value: Json | undefined): value is JsonMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const parse = (file: string): JsonMap => JSON.parse(texts[file] ?? assert.fail(file));
const escaped = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** Every object key of a profile, as the path to it. */
function keyPaths(value: Json, path: readonly string[] = []): string[][] {
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => [
    [...path, key],
    ...keyPaths(below, [...path, key]),
  ]);
}

function changed(
  file: string,
  path: readonly string[],
  change: (parent: JsonMap, key: string) => void,
): string {
  const whole = parse(file);
  let parent = whole;
  for (const key of path.slice(0, -1)) {
    const next = parent[key];
    if (!isMap(next)) return assert.fail(`no object at ${path.join("/")}`);
    parent = next;
  }
  change(parent, path.at(-1) ?? "");
  return JSON.stringify(whole);
}

function errorOf(file: string, text: string): ProfileError | null {
  try {
    loadProfiles({ ...texts, [file]: text });
    return null;
  } catch (error) {
    assert.ok(error instanceof ProfileError, String(error));
    return error;
  }
}

const pointerOf = (path: readonly string[]) => path.map((key) => `/${escaped(key)}`).join("");
/** Keys an admin of the data may leave out: entries of maps. */
const optional = (path: readonly string[]) => ["recommended", "env"].includes(path.at(-2) ?? "");

test("every profile in distros loads, sorted by id", () => {
  assert.deepEqual(
    loadProfiles(texts).map((profile) => profile.id),
    Object.keys(texts)
      .map((name) => name.replace(/\.json$/, ""))
      .sort(),
  );
  assert.ok(texts["debian-12.json"] && texts["ubuntu-22.04.json"] && texts["centos-7.json"]);
});

for (const file of ["debian-12.json", "centos-7.json"]) {
  const paths = keyPaths(parse(file));
  const sources = parse(file).sources;
  if (!isMap(sources)) throw new Error(`${file} has no sources`);

  test(`${file}: any key that is left out is an error that points at it`, () => {
    for (const path of paths) {
      const error = errorOf(
        file,
        changed(file, path, (parent, key) => delete parent[key]),
      );
      const [pointer, section] = [pointerOf(path), path[0]];
      // a source of its own now points at nothing
      const dangling: string | undefined = Object.hasOwn(sources, pointer)
        ? `/sources/${escaped(pointer)}`
        : undefined;
      if (optional(path)) assert.equal(error?.pointer, dangling, pointer);
      else if (section === "sources" && path.length > 1)
        // what that source covered is now without one: the value itself or something below it
        assert.ok(error?.pointer.startsWith(path[1] ?? "?"), `${pointer}: ${error?.message}`);
      else assert.equal(error?.pointer, pointer);
    }
  });

  test(`${file}: any key with a letter too many is an error that points at it`, () => {
    for (const path of paths) {
      const rename = (parent: JsonMap, key: string) => {
        const value = parent[key];
        delete parent[key];
        parent[`${key}x`] = value ?? null;
      };
      const error = errorOf(file, changed(file, path, rename));
      const last = path.at(-1) ?? "";
      assert.equal(error?.pointer, pointerOf([...path.slice(0, -1), `${last}x`]));
    }
  });

  test(`${file}: any value of another type is an error that points at it`, () => {
    for (const path of paths)
      for (const wrong of [7, "{}", null, true, [], {}, [null]] satisfies Json[]) {
        const text = changed(file, path, (parent, key) => {
          parent[key] = wrong;
        });
        const error = errorOf(file, text);
        const before = path.reduce<Json | undefined>(
          (at, key) => (isMap(at) ? at[key] : undefined),
          parse(file),
        );
        if (accepts(path, before, wrong)) continue;
        const under = error?.pointer === pointerOf(path) || error?.pointer.startsWith(`${pointerOf(path)}/`);
        // an emptied part leaves its sources pointing at nothing, which is what is said then
        const dangling = error?.pointer.startsWith("/sources/") && pointerOf(path) !== "/sources";
        assert.ok(under || dangling, `${pointerOf(path)} = ${JSON.stringify(wrong)}: ${error?.message}`);
      }
  });
}

/** Is `wrong` no error there? Same type again, or a null that has a meaning. */
function accepts(path: readonly string[], before: Json | undefined, wrong: Json): boolean {
  if (wrong === null)
    return [
      ...["dropIns", "enable", "builtIn", "captureInitrdReduced", "measured", "refresh"],
      ...["halt", "poweroff", "shell", "keepDumps", "packedBy", "scriptAdds", "nfs", "ssh"],
    ].includes(path.at(-1) ?? "");
  if (typeof wrong === "boolean") return typeof before === "boolean";
  if (typeof wrong === "string")
    return ["title", "fallback", "pattern"].includes(path.at(-1) ?? "") || free(path);
  if (Array.isArray(wrong)) return wrong.length === 0 && EMPTY.includes(path.at(-1) ?? "");
  return typeof wrong === "object" && path.at(-1) === "env";
}
const EMPTY = [
  ...["family", "preseed", "network", "devices", "always", "flattenFor", "rebootsToo", "elsewhere"],
];
/** Any text will do: a source, a variable of the environment. */
const free = (path: readonly string[]) => path.length > 1 && ["sources", "env"].includes(path.at(-2) ?? "");

test("words that would be run or written as they stand are checked", () => {
  const cases: readonly [path: string[], value: Json, pointer: string][] = [
    [["boot", "generate"], ["update-grub"], "/boot/generate"],
    [["boot", "generate"], ["update-grub", "{output}", "{output}"], "/boot/generate"],
    [["boot", "generate"], ["update-grub", "{output}", "{file}"], "/boot/generate"],
    [["boot", "generate"], ["/usr/sbin/update-grub", "{output}"], "/boot/generate"],
    [["boot", "preview"], ["grub-mkconfig", "{output}"], "/boot/preview"],
    [["boot", "generate"], ["update-grub", "-o", "{out put}"], "/boot/generate/2"],
    [["boot", "appendTo"], "GRUB_CMDLINE_XEN", "/boot/appendTo"],
    [["kdump", "unit"], "kdump-tools.timer", "/kdump/unit"],
    [["boot", "defaults"], "/etc/../grub", "/boot/defaults"],
    [["boot", "defaults"], "etc/default/grub", "/boot/defaults"],
    [["kdump", "captureInitrd"], "/boot/initrd.img-{kernel}", "/kdump/captureInitrd"],
    [["kdump", "settings", "file"], "/etc/other", "/kdump/settings/file"],
    [["kdump", "settings", "failAction", "builtIn"], "shell", "/kdump/settings/failAction/values/shell"],
    [
      ["kdump", "settings", "failAction", "values", "halt"],
      "halt; rm -r /",
      "/kdump/settings/failAction/values/halt",
    ],
    [["kdump", "captureInitrd"], "/boot/../{release}", "/kdump/captureInitrd"],
    [["kdump", "captureInitrd"], "/boot/{release}/{release}", "/kdump/captureInitrd"],
    [["crashkernel", "recommended", "x86_64"], "auto", "/crashkernel/recommended/x86_64"],
    [["crashkernel", "recommended", "x86_64"], "1G $(reboot)", "/crashkernel/recommended/x86_64"],
    [
      ["kdump", "captureArguments", "builtIn", "pattern"],
      "(a)(b)",
      "/kdump/captureArguments/builtIn/pattern",
    ],
    [["kdump", "captureArguments", "builtIn", "pattern"], "(", "/kdump/captureArguments/builtIn/pattern"],
    [["id"], "debian-13", "/id"],
    [["match", "versions"], ["13"], "/id"],
    [["sources", "/kdump/nothing"], "a book", "/sources/~1kdump~1nothing"],
  ];
  for (const [path, value, pointer] of cases) {
    const text = changed("debian-12.json", path, (parent, key) => {
      parent[key] = value;
    });
    assert.equal(errorOf("debian-12.json", text)?.pointer, pointer, JSON.stringify(value));
  }
});

test("a profile in a file of another name, and one that is no JSON, are refused", () => {
  const text = texts["debian-12.json"] ?? "";
  assert.throws(() => loadProfiles({ "debian-13.json": text }), { pointer: "/id" });
  assert.throws(() => loadProfiles({ "debian-12.json": text.slice(0, -3) }), { pointer: "" });
  assert.throws(() => loadProfiles({ "debian-12.json": "[]" }), { pointer: "" });
});

test("two profiles for one release are an error", () => {
  const error = errorOf(
    "ubuntu-22.04.json",
    changed("ubuntu-22.04.json", ["match", "ids"], (parent, key) => {
      parent[key] = ["ubuntu", "debian"];
      parent.versions = ["22.04", "12"];
    }),
  );
  assert.equal(error?.pointer, "/match");
});

const ubuntu = (change: (value: JsonMap) => void): ProfileError | null => {
  const value = parse("ubuntu-22.04.json");
  change(value);
  return errorOf("ubuntu-22.04.json", JSON.stringify(value));
};

test("a profile that is like another takes over what it does not say, one key of boot and kdump at a time", () => {
  const profiles = new Map(loadProfiles(texts).map((profile) => [profile.id, profile]));
  const [like, base] = [profiles.get("ubuntu-22.04"), profiles.get("debian-12")];
  assert.ok(like && base);
  assert.deepEqual(like.boot, base.boot);
  assert.deepEqual(like.kdump.install, base.kdump.install);
  assert.notDeepEqual(like.kdump.captureArguments, base.kdump.captureArguments);
  assert.deepEqual(like.crashkernel.recommended, { x86_64: "512M-:192M" });
  assert.equal(like.sources["/boot/shell"], base.sources["/boot/shell"]);
  assert.notEqual(like.sources["/kdump/captureArguments"], base.sources["/kdump/captureArguments"]);
});

test("what a profile says itself needs a source of its own", () => {
  const error = ubuntu((value) => {
    value.boot = { shell: "bash" };
  });
  assert.equal(error?.pointer, "/boot/shell");
  const sourced = (value: JsonMap) => {
    value.boot = { shell: "bash" };
    if (isMap(value.sources)) value.sources["/boot"] = "a book";
  };
  assert.equal(ubuntu(sourced), null);
});

test("like: only a profile that exists and is like no other, and never for what names the profile", () => {
  const pointers = [
    ubuntu((value) => {
      value.like = "debian-99";
    }),
    ubuntu((value) => {
      value.like = "ubuntu-22.04";
    }),
    ubuntu((value) => {
      value.like = 12;
    }),
  ].map((error) => error?.pointer);
  assert.deepEqual(pointers, ["/like", "/like", "/like"]);
  const second = changed("ubuntu-22.04.json", ["id"], (value) => {
    Object.assign(value, {
      id: "ubuntu-24.04",
      like: "ubuntu-22.04",
      match: { ids: ["ubuntu"], versions: ["24.04"] },
    });
  });
  assert.equal(errorOf("ubuntu-24.04.json", second)?.pointer, "/like");
  for (const key of ["id", "title", "match", "sources"])
    assert.equal(
      ubuntu((value) => {
        delete value[key];
      })?.pointer,
      `/${key}`,
    );
});

const MIB = 2 ** 20;
const GIB = 1024 * MIB;
/** What crashkernel=auto takes on a 3.10.0-1160.el7 kernel: see the source in the profile. */
const autoOfEl7 = (ram: number) => 160 * MIB + Math.ceil((ram - 160 * MIB) / 16384 / MIB) * MIB;

for (const [arch, least] of [
  ["x86_64", 2 * GIB],
  ["s390x", 4 * GIB],
] as const)
  test(`CentOS 7 ${arch}: each range has what the kernel's own formula takes at its upper end`, () => {
    const ranges = parseRanges(profileOf("centos-7").crashkernel.recommended[arch] ?? "");
    // the kernel rounds RAM up to 128M before it compares, so that a machine sold with 2 GiB gets its reservation
    assert.equal(ranges[0]?.start, least - 128 * MIB);
    for (const [index, range] of ranges.entries()) {
      assert.equal(range.end, ranges[index + 1]?.start ?? Number.POSITIVE_INFINITY);
      assert.equal(range.size, autoOfEl7(Math.min(range.end, 16 * 1024 * GIB)));
    }
    for (let ram = least; ram <= 16 * 1024 * GIB; ram += 999 * MIB) {
      const range = ranges.find((one) => one.start <= ram && ram < one.end);
      assert.ok(range !== undefined && range.size >= autoOfEl7(ram), String(ram));
    }
  });

function profileOf(id: string): Profile {
  return loadProfiles(texts).find((profile) => profile.id === id) ?? assert.fail(id);
}

function parseRanges(list: string): { start: number; end: number; size: number }[] {
  const bytes = (text: string) =>
    Number.parseInt(text, 10) * ({ M: MIB, G: GIB, T: 1024 * GIB }[text.at(-1) ?? ""] ?? Number.NaN);
  return list.split(",").map((one) => {
    const [, start = "", end = "", size = ""] = /^(\w+)-(\w*):(\w+)$/.exec(one) ?? assert.fail(one);
    return {
      start: bytes(start),
      end: end === "" ? Number.POSITIVE_INFINITY : bytes(end),
      size: bytes(size),
    };
  });
}

test("the pattern for the built-in capture arguments finds them in the script's line", () => {
  const { builtIn } = profileOf("debian-12").kdump.captureArguments;
  assert.ok(builtIn !== null);
  const script = `#!/bin/sh\n# KDUMP_CMDLINE_APPEND\n\nKDUMP_CMDLINE_APPEND=\${KDUMP_CMDLINE_APPEND:="a b=c"}\nX=1\n`;
  assert.equal(new RegExp(builtIn.pattern).exec(script)?.[1], "a b=c");
});

test("a script that adds words has to stand in front of a variable of the command line", () => {
  const file = "ubuntu-12.04.json";
  const path = ["boot", "scriptAdds", "before"];
  const text = changed(file, path, (parent, key) => {
    parent[key] = "GRUB_CMDLINE_XEN";
  });
  assert.equal(errorOf(file, text)?.pointer, "/boot/scriptAdds/before");
});
