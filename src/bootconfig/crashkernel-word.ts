/** What the kernel searches its command line for: the bare text, with no word boundary before it. */
export const CRASHKERNEL = "crashkernel=";

/** Is this argument the parameter itself (and not one that merely has its name inside)? */
export const isCrashkernel = (arg: string): boolean => arg.startsWith(CRASHKERNEL);
