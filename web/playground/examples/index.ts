const files = import.meta.glob<string>('./*.graphql', { query: '?raw', import: 'default', eager: true });

/** The queries of this folder, one to a tab, in the order of their file names. */
export const examples: { query: string }[] = Object.keys(files)
  .sort()
  .map((file) => ({ query: files[file]! }));
