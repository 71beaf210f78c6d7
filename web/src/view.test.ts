import { describe, expect, test } from 'vitest';
import { formatView, parseView, type View } from './view';

const empty: View = { position: null, layers: null, feature: null, language: null };

describe('a link', () => {
  test.each<[what: string, hash: string, view: View]>([
    ['without anything', '', empty],
    ['with a position', '#at=11.20/23.60000/116.40000', { ...empty, position: { zoom: 11.2, latitude: 23.6, longitude: 116.4 } }],
    ['with some layers', '#layers=villages,belts', { ...empty, layers: ['villages', 'belts'] }],
    ['with no layer', '#layers=', { ...empty, layers: [] }],
    ['with a feature', '#feature=villages/445203001001', { ...empty, feature: { layer: 'villages', code: '445203001001' } }],
    ['with a code of all sorts', '#feature=belts/%E7%8E%89%2F1%20%26%20%2B', { ...empty, feature: { layer: 'belts', code: '玉/1 & +' } }],
    ['with a language', '#lang=en', { ...empty, language: 'en' }],
  ])('%s is read, and written as it was', (_, hash, view) => {
    expect(parseView(hash)).toEqual(view);
    expect(formatView(view)).toBe(hash || '#');
  });

  test.each([
    '#at=11.2/23.6', '#at=a/b/c', '#at=//', '#at=11/91/116', '#at=11/23/181', '#at=-1/23/116', '#feature=towns', '#feature=towns/',
    '#feature=roads/1', '#lang=fr', '#nonsense',
  ])('%s keeps nothing that cannot be read', (hash) => {
    expect(parseView(hash)).toEqual(empty);
  });

  test('names unknown layers in vain', () => {
    expect(parseView('#layers=roads,towns').layers).toEqual(['towns']);
  });
});
