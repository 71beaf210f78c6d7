import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';

const folder = (path: string) => new URL(`../${path}/`, import.meta.url);
const files = (path: string, ending: string) => readdirSync(folder(path)).filter((name) => name.endsWith(ending)).sort();
const read = (path: string, name: string) => readFileSync(new URL(name, folder(path)), 'utf8');

const schema = buildSchema(files('../graph', '.graphql').map((name) => read('../graph', name)).join('\n'));

/** The operations between ```graphql and ``` of a Markdown file. */
const snippets = (markdown: string) => [...markdown.matchAll(/^```graphql\n(.*?)^```/gms)].map(([, text]) => text!);

const operations: [where: string, text: string][] = [
  ['src/operations.graphql', read('src', 'operations.graphql')],
  ...files('playground/examples', '.graphql').map((name): [string, string] => [name, read('playground/examples', name)]),
  ...files('docs', '.md').flatMap((name) =>
    snippets(read('docs', name)).map((text, index): [string, string] => [`${name}, snippet ${index + 1}`, text]),
  ),
];

describe('what pages and documentation ask is in the schema', () => {
  test.each(operations)('%s', (_, text) => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
  });
});
