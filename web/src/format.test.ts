import { expect, test } from 'vitest';
import { formatArea, formatCoordinates, formatCount, formatLength, formatPinyin } from './format';

test.each([
  [formatArea(12_345_678, 'zh'), '12.3 平方公里'],
  [formatArea(12_345_678, 'en'), '12.3 km²'],
  [formatArea(56_789, 'zh'), '5.68 公顷'],
  [formatArea(56_789, 'en'), '5.68 ha'],
  [formatLength(800, 'zh'), '800 米'],
  [formatLength(12_345, 'en'), '12.3 km'],
  [formatCount(3013, 'zh'), '3,013'],
  [formatCoordinates(116.4053448, 23.5742542), '116.40534, 23.57425'],
  [formatPinyin('qu xi jie dao'), 'Qu xi jie dao'],
])('%s is written as %s', (written, expected) => {
  expect(written).toBe(expected);
});
