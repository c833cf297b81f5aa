declare module '@custom-elements-manifest/analyzer/cli.js' {
  /** Resolves to the manifest. */
  export function cli(options: { argv: string[]; cwd: string; noWrite: boolean }): Promise<unknown>;
}
