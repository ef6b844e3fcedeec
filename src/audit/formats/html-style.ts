/** Contrast of every pair is 4.5 or more in both schemes; a result is told by its word as well as by its colour. */
export const PAGE_STYLE = `:root {
  color-scheme: light dark;
  --ground: #ffffff; --text: #1a1a1a; --line: #b8b8b8; --soft: #f2f2f2; --link: #0b57a4;
  --pass: #14612b; --fail: #a3141f; --unknown: #7a4b00; --skipped: #55595e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15171a; --text: #e8e8e8; --line: #4a4e54; --soft: #1f2226; --link: #8ec2ff;
    --pass: #7ddf9a; --fail: #ff9a9e; --unknown: #ffce7a; --skipped: #b0b5bb;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
code { font-family: ui-monospace, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; background: var(--ground); padding: 0.5rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.verdict { border-left: 0.5rem solid currentcolor; padding: 0.5rem 1rem; background: var(--soft); font-size: 1.2rem; }
h2 { margin: 2rem 0 0.75rem; }
dl { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; margin: 1rem 0; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
.to-do li { margin-bottom: 0.6rem; }
.option { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
thead th:nth-child(1) { width: 6.5rem; }
thead th:nth-child(2) { width: 24%; }
thead th:nth-child(3) { width: 18%; }
thead th:nth-child(5) { width: 22%; }
th, td { border: 1px solid var(--line); padding: 0.4rem 0.6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th[scope="row"] { font-weight: normal; }
thead th { background: var(--soft); }
td p { margin: 0.3rem 0 0; }
.pass { color: var(--pass); } .fail { color: var(--fail); font-weight: bold; }
.unknown { color: var(--unknown); font-weight: bold; } .skipped { color: var(--skipped); }
tr:target { outline: 3px solid var(--link); }
@media screen and (max-width: 48rem) {
  table, tbody, tr, td, th { display: block; }
  thead { display: none; }
  tr { border: 1px solid var(--line); margin-bottom: 0.75rem; }
  tbody th, td { border: 0; }
  td[data-label]::before { content: attr(data-label) ": "; font-weight: bold; }
  ol { padding-left: 1.5rem; }
}
@media print {
  body { max-width: none; }
  .skip { display: none; }
  tr { break-inside: avoid; }
}
`;
