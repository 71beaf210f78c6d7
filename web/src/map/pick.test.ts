import { describe, expect, test } from 'vitest';
import { pick, type Drawn } from './pick';

const drawn = (source: string, code: string, properties = {}): Drawn => ({ id: 7, source, properties: { code, name: code, ...properties } });
const ground = [drawn('towns', 'town'), drawn('villages', 'village'), drawn('grids', 'grid')];

describe('pointing at several features means', () => {
  test.each<[what: string, drawn: Drawn[], zoom: number, code: string | undefined]>([
    ['nothing where nothing is', [], 12, undefined],
    ['the town from afar', ground, 10, 'town'],
    ['the village nearer by', ground, 12, 'village'],
    ['the grid close by', ground, 14, 'grid'],
    ['the village close by when grids are hidden', ground.slice(0, 2), 14, 'village'],
    ['the belt over the ground', [...ground, drawn('belts', 'belt')], 10, 'belt'],
    ['the station over all', [drawn('belts', 'belt'), ...ground, drawn('stations', 'station')], 14, 'station'],
    ['the feature whose name it is', [...ground, drawn('labels', 'named', { layer: 'towns' })], 14, 'named'],
    ['nothing of a source that is not a layer', [drawn('corridors', 'belt')], 12, undefined],
  ])('%s', (_, features, zoom, code) => {
    expect(pick(features, zoom)?.code).toBe(code);
  });

  test('a label has the layer of its feature and no id in the tiles', () => {
    expect(pick([drawn('labels', '445203001', { layer: 'towns' })], 12)).toEqual({ layer: 'towns', code: '445203001', name: '445203001', id: null });
  });
});
