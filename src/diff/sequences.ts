/** The longest common subsequence of two lists, as runs that stand in both, were added or were removed. */
export { diffArrays } from "diff";
