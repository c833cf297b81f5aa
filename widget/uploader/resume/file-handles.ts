declare global {
  // Where browsers have them: not in every one's types yet.
  interface DataTransferItem {
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }
  interface FileSystemHandle {
    queryPermission?(options: { mode: 'read' }): Promise<PermissionState>;
  }
}

const handles = new WeakMap<File, Promise<FileSystemHandle | null>>();

/** Must be called while a drop is handled: its items are gone afterwards. */
export function rememberHandles({ items, files }: DataTransfer): void {
  const dropped = [...items].filter(({ kind }) => kind === 'file');
  for (const [index, item] of dropped.entries()) {
    const file = files[index];
    const handle = item.getAsFileSystemHandle?.();
    if (file && handle) handles.set(file, handle);
  }
}

/** What reads a dropped file again after a reload; null where the browser gives none. */
export async function handleOf(file: File): Promise<FileSystemFileHandle | null> {
  const handle = await handles.get(file)?.catch((): null => null);
  return handle?.kind === 'file' ? (handle as FileSystemFileHandle) : null;
}

/** Null when the person would have to allow it anew. */
export async function readHandle(handle: FileSystemFileHandle): Promise<File | null> {
  const permission = await handle.queryPermission?.({ mode: 'read' });
  return permission === 'granted' ? handle.getFile() : null;
}
