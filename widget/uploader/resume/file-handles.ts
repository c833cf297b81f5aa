declare global {
  // Where browsers have them: not in every one's types yet.
  interface DataTransferItem {
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }
  interface FileSystemHandle {
    queryPermission?(options: { mode: 'read' }): Promise<PermissionState>;
    requestPermission?(options: { mode: 'read' }): Promise<PermissionState>;
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

/** Null when the person would have to allow it anew. Rejects when the file is gone. */
export async function readHandle(handle: FileSystemFileHandle): Promise<File | null> {
  return readIf(handle, await handle.queryPermission?.({ mode: 'read' }));
}

/** Asks the person to allow it; null when they do not. Rejects when the file is gone, and where nobody has clicked. */
export async function askForHandle(handle: FileSystemFileHandle): Promise<File | null> {
  return readIf(handle, await handle.requestPermission?.({ mode: 'read' }));
}

async function readIf(
  handle: FileSystemFileHandle,
  permission: PermissionState | undefined,
): Promise<File | null> {
  if (permission !== 'granted') return null;
  const file = await handle.getFile();
  handles.set(file, Promise.resolve(handle));
  return file;
}
