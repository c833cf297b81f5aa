const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const paths = new WeakMap<File, string>();

/** A file out of a dropped folder does not know where it was. */
export function rememberPath(file: File, path: string): void {
  paths.set(file, path);
}

/** As a person counts: `VIN-2.jpg` before `VIN-10.jpg`, folder by folder. */
export function naturalOrder(files: Iterable<File>): File[] {
  return [...files].sort((a, b) => collator.compare(pathOf(a), pathOf(b)));
}

function pathOf(file: File): string {
  return paths.get(file) || file.webkitRelativePath || file.name;
}
