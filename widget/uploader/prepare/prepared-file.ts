/** What is sent of a file that was chosen. */
export interface PreparedFile {
  readonly file: File;
  /** Of its bytes. */
  readonly type: string;
}
