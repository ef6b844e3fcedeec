// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell text
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CommandLineEdit, editCommandLine, findCrashkernel } from "../../src/edit/grub-defaults.js";

const edit = (words: readonly string[], more: Partial<CommandLineEdit> = {}): CommandLineEdit => ({
  variables: ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"],
  appendTo: "GRUB_CMDLINE_LINUX",
  words,
  shell: "dash",
  ...more,
});

function edited(texts: readonly string[], words: readonly string[], more: Partial<CommandLineEdit> = {}) {
  const files = texts.map((text, index) => ({ path: index === 0 ? "/main" : `/d/${index}.cfg`, text }));
  const result = editCommandLine(files, edit(words, more));
  if (result.kind === "refused") assert.fail(JSON.stringify(result.refusals));
  const after = files.map(({ path, text }) => result.files.find((file) => file.path === path)?.text ?? text);
  return { result, after };
}

function refusal(text: string, words = ["crashkernel=256M"], more: Partial<CommandLineEdit> = {}) {
  const result = editCommandLine([{ path: "/main", text }], edit(words, more));
  assert.equal(result.kind, "refused", JSON.stringify(result));
  return result.kind === "refused" ? result.refusals : [];
}

function table(
  words: readonly string[],
  rows: readonly (readonly [name: string, before: string, after: string])[],
  more = {},
) {
  for (const [name, before, after] of rows)
    test(name, () => {
      assert.equal(edited([before], words, more).after[0], after);
      // a second run changes nothing
      assert.deepEqual(edited([after], words, more).result.files, []);
    });
}

// ---------------------------------------------------------------- setting and changing

table(
  ["crashkernel=256M"],
  [
    [
      "a word is appended inside the double quotes",
      'GRUB_CMDLINE_LINUX="quiet"\n',
      'GRUB_CMDLINE_LINUX="quiet crashkernel=256M"\n',
    ],
    [
      "a word is appended inside the single quotes",
      "GRUB_CMDLINE_LINUX='quiet'\n",
      "GRUB_CMDLINE_LINUX='quiet crashkernel=256M'\n",
    ],
    [
      "a line end of CR LF, which a shell makes part of the value, stays apart from the word",
      'GRUB_CMDLINE_LINUX="quiet"\r\n',
      'GRUB_CMDLINE_LINUX="crashkernel=256M quiet"\r\n',
    ],
    [
      "a word that took the CR of its line end along gives it back",
      'GRUB_CMDLINE_LINUX="quiet crashkernel=1G"\r\n',
      'GRUB_CMDLINE_LINUX="quiet crashkernel=256M "\r\n',
    ],
    [
      "an unquoted value that ends in CR LF keeps it",
      "GRUB_CMDLINE_LINUX=quiet\r\n",
      'GRUB_CMDLINE_LINUX="crashkernel=256M "quiet\r\n',
    ],
    [
      "a new line in a file of CR LF lines ends like them",
      "# x\r\nGRUB_X=1\r\n",
      '# x\r\nGRUB_X=1\r\nGRUB_CMDLINE_LINUX="crashkernel=256M "\r\n',
    ],
    [
      "an empty value gets the word alone",
      'GRUB_CMDLINE_LINUX=""\n',
      'GRUB_CMDLINE_LINUX="crashkernel=256M"\n',
    ],
    [
      "an unquoted value is quoted",
      "GRUB_CMDLINE_LINUX=quiet # why\n",
      'GRUB_CMDLINE_LINUX="quiet crashkernel=256M" # why\n',
    ],
    [
      "nothing at all after = becomes a quoted value",
      "GRUB_CMDLINE_LINUX=\nA=1\n",
      'GRUB_CMDLINE_LINUX="crashkernel=256M"\nA=1\n',
    ],
    [
      "blanks at the end of the value stay at its end",
      'GRUB_CMDLINE_LINUX="quiet  "\n',
      'GRUB_CMDLINE_LINUX="quiet crashkernel=256M  "\n',
    ],
    [
      "a value of blanks stays in front of the blanks",
      'GRUB_CMDLINE_LINUX="  "\n',
      'GRUB_CMDLINE_LINUX="crashkernel=256M   "\n',
    ],
    [
      "a variable that is not set gets a line of its own",
      "A=1\n",
      'A=1\nGRUB_CMDLINE_LINUX="crashkernel=256M"\n',
    ],
    ["a missing newline at the end stays missing", "A=1", 'A=1\nGRUB_CMDLINE_LINUX="crashkernel=256M"'],
    ["an empty file gets one line", "", 'GRUB_CMDLINE_LINUX="crashkernel=256M"\n'],
    [
      "the last of several assignments is the one that counts",
      'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX="b"\n',
      'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX="b crashkernel=256M"\n',
    ],
    [
      "a commented-out line is no line",
      '#GRUB_CMDLINE_LINUX="crashkernel=1G"\nGRUB_CMDLINE_LINUX="quiet"\n',
      '#GRUB_CMDLINE_LINUX="crashkernel=1G"\nGRUB_CMDLINE_LINUX="quiet crashkernel=256M"\n',
    ],
    [
      "an exported variable is one like any other",
      'export GRUB_CMDLINE_LINUX="quiet"\n',
      'export GRUB_CMDLINE_LINUX="quiet crashkernel=256M"\n',
    ],
    [
      "a value in pieces gets the word in its last quoted piece",
      'GRUB_CMDLINE_LINUX=a"b c"\n',
      'GRUB_CMDLINE_LINUX=a"b c crashkernel=256M"\n',
    ],
    [
      "an unquoted end of a value in pieces gets a quoted piece",
      'GRUB_CMDLINE_LINUX="b c"a\n',
      'GRUB_CMDLINE_LINUX="b c"a" crashkernel=256M"\n',
    ],
    [
      "an escaped blank stays escaped",
      "GRUB_CMDLINE_LINUX=a\\ b\n",
      'GRUB_CMDLINE_LINUX=a\\ b" crashkernel=256M"\n',
    ],
    [
      "the name of a variable in the value is not lengthened",
      'X=\nGRUB_CMDLINE_LINUX="$X"\n',
      'X=\nGRUB_CMDLINE_LINUX="$X crashkernel=256M"\n',
    ],
    [
      "an unquoted variable is quoted with the word",
      "X=a\nGRUB_CMDLINE_LINUX=$X\n",
      'X=a\nGRUB_CMDLINE_LINUX="$X crashkernel=256M"\n',
    ],
    [
      "a value over several lines gets the word on its last line with words",
      'GRUB_CMDLINE_LINUX="a \\\nb \\\n"\n',
      'GRUB_CMDLINE_LINUX="a \\\nb crashkernel=256M \\\n"\n',
    ],
    [
      "a word is changed in its place",
      'GRUB_CMDLINE_LINUX="a crashkernel=auto b"\n',
      'GRUB_CMDLINE_LINUX="a crashkernel=256M b"\n',
    ],
    [
      "the word of the other variable is changed where it stands",
      'GRUB_CMDLINE_LINUX_DEFAULT="quiet crashkernel=1G"\n',
      'GRUB_CMDLINE_LINUX_DEFAULT="quiet crashkernel=256M"\n',
    ],
    [
      "a word that is right already stays, and the file with it",
      'GRUB_CMDLINE_LINUX="crashkernel=256M  quiet"\n',
      'GRUB_CMDLINE_LINUX="crashkernel=256M  quiet"\n',
    ],
    [
      "of several words the last becomes the wanted one and the others go",
      'GRUB_CMDLINE_LINUX="crashkernel=1M a crashkernel=2M"\nGRUB_CMDLINE_LINUX_DEFAULT="b crashkernel=3M c"\n',
      'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX_DEFAULT="b crashkernel=256M c"\n',
    ],
    [
      "a pair of high and low becomes one word",
      'GRUB_CMDLINE_LINUX="a crashkernel=1G,high crashkernel=64M,low b"\n',
      'GRUB_CMDLINE_LINUX="a crashkernel=256M b"\n',
    ],
    [
      "a word is changed in the variable it comes from",
      'MYOPTS="crashkernel=1G"; GRUB_CMDLINE_LINUX="$MYOPTS quiet"\n',
      'MYOPTS="crashkernel=256M"; GRUB_CMDLINE_LINUX="$MYOPTS quiet"\n',
    ],
    [
      "a word put together from a size is changed where it is put together",
      'CK=1G\nGRUB_CMDLINE_LINUX="crashkernel=${CK} quiet"\n',
      'CK=1G\nGRUB_CMDLINE_LINUX="crashkernel=256M quiet"\n',
    ],
    [
      "a word on a continuation line is changed there",
      'GRUB_CMDLINE_LINUX="a \\\n crashkernel=1G \\\n b"\n',
      'GRUB_CMDLINE_LINUX="a \\\n crashkernel=256M \\\n b"\n',
    ],
    [
      "a word broken by a continuation line is changed",
      'GRUB_CMDLINE_LINUX="a crash\\\nkernel=1G b"\n',
      'GRUB_CMDLINE_LINUX="a crashkernel=256M\\\n b"\n',
    ],
    [
      "an unquoted word stays unquoted",
      "GRUB_CMDLINE_LINUX=crashkernel=auto\n",
      "GRUB_CMDLINE_LINUX=crashkernel=256M\n",
    ],
    [
      "a word in a default value is changed there",
      'GRUB_CMDLINE_LINUX="${NONE:-a crashkernel=1G b}"\n',
      'GRUB_CMDLINE_LINUX="${NONE:-a crashkernel=256M b}"\n',
    ],
    [
      "a line end of CR LF after a comment stays",
      'GRUB_CMDLINE_LINUX="a" # x\r\n#y\r\n',
      'GRUB_CMDLINE_LINUX="a crashkernel=256M" # x\r\n#y\r\n',
    ],
    [
      "bytes that are no ASCII stay",
      '# \xe9 \xc3\xa9\nGRUB_CMDLINE_LINUX="a=\xff"\n',
      '# \xe9 \xc3\xa9\nGRUB_CMDLINE_LINUX="a=\xff crashkernel=256M"\n',
    ],
    [
      "several commands on a line stay apart",
      'A=1; GRUB_CMDLINE_LINUX="a" ; B=2\n',
      'A=1; GRUB_CMDLINE_LINUX="a crashkernel=256M" ; B=2\n',
    ],
  ],
);

table(
  ["crashkernel=256M"],
  [
    [
      "bash appends with +=, and the word goes into the last piece",
      'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX+=" b"\n',
      'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX+=" b crashkernel=256M"\n',
    ],
    [
      "a word that came by += is changed there",
      'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX+=" crashkernel=1G"\n',
      'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX+=" crashkernel=256M"\n',
    ],
  ],
  { shell: "bash" },
);

table(
  ["crashkernel=1G,high", "crashkernel=128M,low"],
  [
    [
      "a pair is appended as two words",
      'GRUB_CMDLINE_LINUX="a"\n',
      'GRUB_CMDLINE_LINUX="a crashkernel=1G,high crashkernel=128M,low"\n',
    ],
    [
      "a pair takes the place of a plain word",
      'GRUB_CMDLINE_LINUX="a crashkernel=1G b"\n',
      'GRUB_CMDLINE_LINUX="a crashkernel=1G,high crashkernel=128M,low b"\n',
    ],
    [
      "a pair takes the place of the high word and the old low one goes",
      'GRUB_CMDLINE_LINUX="crashkernel=64M,low a crashkernel=2G,high b"\n',
      'GRUB_CMDLINE_LINUX="a crashkernel=1G,high crashkernel=128M,low b"\n',
    ],
    [
      "a pair in an unquoted value is quoted",
      "GRUB_CMDLINE_LINUX=crashkernel=1G\n",
      'GRUB_CMDLINE_LINUX="crashkernel=1G,high crashkernel=128M,low"\n',
    ],
    [
      "a pair that stands right stays apart",
      'GRUB_CMDLINE_LINUX="crashkernel=128M,low a"\nGRUB_CMDLINE_LINUX_DEFAULT="crashkernel=1G,high"\n',
      'GRUB_CMDLINE_LINUX="crashkernel=128M,low a"\nGRUB_CMDLINE_LINUX_DEFAULT="crashkernel=1G,high"\n',
    ],
  ],
);

// ---------------------------------------------------------------- taking out

table(
  [],
  [
    [
      "the first word goes with the blank after it",
      'GRUB_CMDLINE_LINUX="crashkernel=auto rd.lvm.lv=cl/root rhgb quiet"\n',
      'GRUB_CMDLINE_LINUX="rd.lvm.lv=cl/root rhgb quiet"\n',
    ],
    [
      "the last word goes with the blank before it",
      'GRUB_CMDLINE_LINUX="quiet crashkernel=auto"\n',
      'GRUB_CMDLINE_LINUX="quiet"\n',
    ],
    [
      "the only word leaves an empty value",
      'GRUB_CMDLINE_LINUX="crashkernel=auto"\n',
      'GRUB_CMDLINE_LINUX=""\n',
    ],
    ["other blanks stay", 'GRUB_CMDLINE_LINUX=" a  crashkernel=1G  b "\n', 'GRUB_CMDLINE_LINUX=" a   b "\n'],
    [
      "neighbouring words take a blank each",
      'GRUB_CMDLINE_LINUX="crashkernel=1G crashkernel=2G a"\n',
      'GRUB_CMDLINE_LINUX="a"\n',
    ],
    [
      "neighbouring words at the end take a blank each",
      'GRUB_CMDLINE_LINUX="a crashkernel=1G crashkernel=2G"\n',
      'GRUB_CMDLINE_LINUX="a"\n',
    ],
    [
      "a word alone on a continuation line leaves an empty one",
      'GRUB_CMDLINE_LINUX="a \\\ncrashkernel=1G \\\nb"\n',
      'GRUB_CMDLINE_LINUX="a \\\n\\\nb"\n',
    ],
    [
      "words that are overwritten later go too, commented-out ones stay",
      'GRUB_CMDLINE_LINUX="crashkernel=1G"\n# GRUB_CMDLINE_LINUX="crashkernel=3G"\nGRUB_CMDLINE_LINUX="a crashkernel=2G"\n',
      'GRUB_CMDLINE_LINUX=""\n# GRUB_CMDLINE_LINUX="crashkernel=3G"\nGRUB_CMDLINE_LINUX="a"\n',
    ],
    [
      "a variable the word comes from loses it",
      'X="crashkernel=1G"\nGRUB_CMDLINE_LINUX="$X a"\nGRUB_CMDLINE_LINUX_DEFAULT="$X"\n',
      'X=""\nGRUB_CMDLINE_LINUX="$X a"\nGRUB_CMDLINE_LINUX_DEFAULT="$X"\n',
    ],
    [
      "a word between quoted pieces leaves the quotes",
      'GRUB_CMDLINE_LINUX=a" "crashkernel=1G\n',
      'GRUB_CMDLINE_LINUX=a""\n',
    ],
    ["no file changes where no word stands", "A=1\n", "A=1\n"],
  ],
);

// ---------------------------------------------------------------- several files

test("a drop-in that appends its own word is changed, and a word in the main file goes", () => {
  const { after, result } = edited(
    [
      'GRUB_CMDLINE_LINUX=""\nGRUB_CMDLINE_LINUX_DEFAULT="quiet crashkernel=256M"\n',
      'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=384M-:128M"\n',
    ],
    ["crashkernel=512M"],
  );
  assert.deepEqual(after, [
    'GRUB_CMDLINE_LINUX=""\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\n',
    'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=512M"\n',
  ]);
  assert.equal(result.kind === "edited" && result.after.GRUB_CMDLINE_LINUX_DEFAULT, "quiet crashkernel=512M");
});

test("a drop-in that replaces the value gets the word, and the reason says so", () => {
  const more = { appendTo: "GRUB_CMDLINE_LINUX_DEFAULT" };
  const { after, result } = edited(
    ['GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n', 'GRUB_CMDLINE_LINUX_DEFAULT="console=ttyS0"\n'],
    ["crashkernel=512M"],
    more,
  );
  assert.deepEqual(after, [
    'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n',
    'GRUB_CMDLINE_LINUX_DEFAULT="console=ttyS0 crashkernel=512M"\n',
  ]);
  assert.match(result.files[0]?.why.join() ?? "", /comes after \/main/);
});

test("a drop-in that only adds to the value leaves the word to the main file", () => {
  const { after } = edited(
    ['GRUB_CMDLINE_LINUX="a"\n', 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX b"\n'],
    ["crashkernel=512M"],
  );
  assert.deepEqual(after, [
    'GRUB_CMDLINE_LINUX="a crashkernel=512M"\n',
    'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX b"\n',
  ]);
});

test("a word that is overwritten later is warned about and stays", () => {
  const { after, result } = edited(
    ['GRUB_CMDLINE_LINUX="crashkernel=1G"\nGRUB_CMDLINE_LINUX="a"\n'],
    ["crashkernel=512M"],
  );
  assert.equal(after[0], 'GRUB_CMDLINE_LINUX="crashkernel=1G"\nGRUB_CMDLINE_LINUX="a crashkernel=512M"\n');
  assert.match(result.warnings.join(), /\/main:1: crashkernel=1G .* overwritten later/);
});

test("found words say where they stand and whether they count", () => {
  const text =
    'GRUB_CMDLINE_LINUX="crashkernel=1G"\nGRUB_CMDLINE_LINUX="a"\nX=crashkernel=2G\nGRUB_CMDLINE_LINUX_DEFAULT=$X\n';
  const found = findCrashkernel([{ path: "/main", text }], { variables: edit([]).variables, shell: "dash" });
  assert.deepEqual(found.refusals, []);
  assert.deepEqual(found.words, [
    {
      path: "/main",
      line: 3,
      variable: "GRUB_CMDLINE_LINUX_DEFAULT",
      word: "crashkernel=2G",
      effective: true,
    },
    { path: "/main", line: 1, variable: "GRUB_CMDLINE_LINUX", word: "crashkernel=1G", effective: false },
  ]);
});

// ---------------------------------------------------------------- words the kernel finds too

test("words that only contain the parameter are reported, and whether they win", () => {
  const text =
    "GRUB_CMDLINE_LINUX='foo.crashkernel=1G quiet \"x crashkernel=3G\"'\nGRUB_CMDLINE_LINUX_DEFAULT='a xcrashkernel=2G'\n";
  const { result } = edited([text], ["crashkernel=256M"]);
  assert.deepEqual(result.decoys, [
    { path: "/main", line: 1, word: "foo.crashkernel=1G", wins: false },
    { path: "/main", line: 1, word: '"x crashkernel=3G"', wins: false },
    { path: "/main", line: 2, word: "xcrashkernel=2G", wins: true },
  ]);
});

test("a plain look-alike wins over a pair of high and low wherever it stands", () => {
  const { result } = edited(
    ['GRUB_CMDLINE_LINUX="foo.crashkernel=1G"\n'],
    ["crashkernel=1G,high", "crashkernel=128M,low"],
  );
  assert.deepEqual(
    result.decoys.map(({ wins }) => wins),
    [true],
  );
});

// ---------------------------------------------------------------- refusals

const REFUSED: readonly (readonly [name: string, text: string, line: number, why: RegExp])[] = [
  [
    "set inside an if block",
    'if true; then\n  GRUB_CMDLINE_LINUX="a"\nfi\n',
    2,
    /GRUB_CMDLINE_LINUX is set inside an if block/,
  ],
  ["set inside a for loop", "for x in a b; do\nGRUB_CMDLINE_LINUX=$x\ndone\n", 2, /inside a loop/],
  ["set inside a while loop", "while false; do\nGRUB_CMDLINE_LINUX=a\ndone\n", 2, /inside a loop/],
  ["set inside a case block", "case $X in\na) GRUB_CMDLINE_LINUX=a;;\nesac\n", 2, /inside a case block/],
  ["set by a function that is called", "f() { GRUB_CMDLINE_LINUX=a; }\nf\n", 1, /by the function f/],
  [
    "set after a test",
    "true || :\n[ -f /x ] && GRUB_CMDLINE_LINUX=a || :\n",
    2,
    /depends on what stands before &&/,
  ],
  ["set by a command", 'GRUB_CMDLINE_LINUX="$(cat /x)"\n', 1, /comes from a command/],
  ["set by backticks", "GRUB_CMDLINE_LINUX=`cat /x`\n", 1, /comes from a command/],
  [
    "built from a variable set by a command",
    'X=$(cat /x)\nGRUB_CMDLINE_LINUX="$X"\n',
    1,
    /X cannot be worked out: it comes from a command/,
  ],
  ["set by arithmetic", "GRUB_CMDLINE_LINUX=$((1+2))\n", 1, /arithmetic/],
  ["cut with a pattern", 'X=abc\nGRUB_CMDLINE_LINUX="${X%b*}"\n', 2, /pattern/],
  ["eval", 'eval "GRUB_CMDLINE_LINUX=x"\n', 1, /eval/],
  ["read", "read GRUB_CMDLINE_LINUX < /x\n", 1, /read/],
  ["another file is read", ". /etc/other\n", 1, /another file is read/],
  ["a command that may not exist", "str_replace a b\n", 1, /str_replace may be missing/],
  ["blanks around =", "A=1\nGRUB_TIMEOUT = 5\n", 2, /GRUB_TIMEOUT may be missing/],
  ["a word outside the quotes", 'GRUB_CMDLINE_LINUX="a" quiet\n', 1, /quiet may be missing/],
  ["an empty line that ends in CR LF", "A=1\r\n\r\nB=2\r\n", 2, /may be missing/],
  ["a quote that is not closed", 'A="1\nB=2\n', 1, /double quote is not closed/],
  ["a parenthesis too much", "A=1\n)\n", 2, /no valid shell syntax/],
  ["a last command that is false", "A=1\n[ -f /x ] && B=1\n", 2, /last command of the file may be false/],
  ["exit", "A=1\nexit 0\n", 2, /exit leaves the file/],
  [
    "+= where the shell does not know it",
    'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX+=" b"\n',
    2,
    /may be missing/,
  ],
  ["an array where the shell does not know it", "A=1\nGRUB_CMDLINE_LINUX=(a)\n", 2, /no valid shell syntax/],
  ["a read-only variable", "readonly GRUB_CMDLINE_LINUX=a\n", 1, /read-only/],
  ["a NUL byte", "A=1\n#\0\n", 2, /NUL/],
  [
    "a quote on the kernel's command line that is not closed",
    'GRUB_CMDLINE_LINUX="it\'s"\n',
    1,
    /not closed/,
  ],
  ["an alias", "alias x=y\n", 1, /alias/],
  [
    "a word that stands once and arrives twice",
    'X="crashkernel=1G"\nGRUB_CMDLINE_LINUX=$X\nGRUB_CMDLINE_LINUX_DEFAULT=$X\n',
    1,
    /more than once/,
  ],
  [
    "a word in pieces from several places",
    'X="a crashkernel="\nGRUB_CMDLINE_LINUX="${X}1G"\n',
    2,
    /several places/,
  ],
  [
    "a value the rest of which is unset again later",
    "GRUB_CMDLINE_LINUX=a\nunset GRUB_CMDLINE_LINUX\n. /x\n",
    3,
    /another file/,
  ],
];
for (const [name, text, line, why] of REFUSED)
  test(`refused with the line: ${name}`, () => {
    const refusals = refusal(text);
    const found = refusals.find((each) => why.test(each.why));
    assert.ok(found, JSON.stringify(refusals));
    assert.equal(found.line, line);
    assert.equal(found.path, "/main");
  });

test("bash refuses arrays and what only bash reads as anything", () => {
  for (const text of [
    "GRUB_CMDLINE_LINUX+=(a)\n",
    "GRUB_CMDLINE_LINUX[0]=a\n",
    "source /x\n",
    "declare GRUB_CMDLINE_LINUX=a\n",
    "((x=1))\n",
  ])
    assert.notEqual(refusal(text, ["crashkernel=1G"], { shell: "bash" }).length, 0, text);
});

test("all reasons are given at once", () => {
  const refusals = refusal('frobnicate\nGRUB_CMDLINE_LINUX="$(x)"\nGRUB_CMDLINE_LINUX_DEFAULT=`y`\n');
  assert.deepEqual([...new Set(refusals.map(({ line }) => line))].sort(), [1, 2, 3]);
});

test("the column is the one a person would look at", () => {
  assert.deepEqual(refusal('A=1; GRUB_CMDLINE_LINUX="a$(b)"\n', ["crashkernel=1G"]).at(-1)?.column, 27);
});

test("words a shell or GRUB would expand are never written", () => {
  for (const word of [
    'crashkernel="1G"',
    "crashkernel=$(x)",
    "crashkernel=`x`",
    "crashkernel=1G\n",
    "crashkernel=1G x",
    "crashkernel=\0",
    "crashkernel=",
    "quiet",
    "crashkernel='",
  ])
    refusal('GRUB_CMDLINE_LINUX=""\n', [word]);
});

test("constructs that do not touch the command line are no reason to refuse", () => {
  const text = [
    "GRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`",
    "GRUB_DISTRIBUTOR=\"$(sed 's, release .*$,,g' /etc/system-release)\"",
    "GRUB_DISTRIBUTOR=`( . /etc/os-release && echo ${NAME} )`",
    'kpkg="linux-image-$(dpkg --print-architecture)" || true',
    "if [ -e /boot/theme.txt ]; then GRUB_THEME=/boot/theme.txt; fi",
    "case $(uname -m) in x86_64|i?86) GRUB_TERMINAL=console ;; *) : ;; esac",
    "unused() { GRUB_CMDLINE_LINUX=other; eval x; }",
    ": ${GRUB_TIMEOUT:=5}",
    "for f in a b; do GRUB_FONT=$f; done",
    'echo "hello" >&2',
    "cat <<EOT || :\nGRUB_CMDLINE_LINUX=crashkernel=9G\nEOT",
    "( GRUB_CMDLINE_LINUX=lost )",
    'GRUB_CMDLINE_LINUX="quiet"',
    "",
  ].join("\n");
  const { after } = edited([text], ["crashkernel=256M"]);
  assert.equal(after[0], text.replace('"quiet"', '"quiet crashkernel=256M"'));
});
