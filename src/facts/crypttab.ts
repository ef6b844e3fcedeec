export interface CrypttabLine {
  /** 1-based */
  readonly line: number;
  readonly name: string;
  readonly device: string;
  /** where the key stands; "" where the line says none */
  readonly key: string;
  readonly options: readonly string[];
}

/** crypttab(5): name, device, key, options; a "#" begins a comment line. */
export function crypttab(text: string): readonly CrypttabLine[] {
  return text.split("\n").flatMap((content, index) => {
    const [name, device, key, options] = content.trim().split(/\s+/);
    if (!name || name.startsWith("#") || device === undefined) return [];
    return [{ line: index + 1, name, device, key: key ?? "", options: (options ?? "").split(",") }];
  });
}
